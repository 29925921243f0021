/** Any text as the value of a header, so that percent-decoding it gives the text again. */

const plain = /^[!-$&-~]*$/;
const others = /[^!-$&-~]+/g;

/** Visible ASCII stays as it is, but for the percent sign; everything else is percent-encoded UTF-8. */
export function headerText(text: string): string {
  return plain.test(text) ? text : text.replace(others, encodeURIComponent);
}
