/** What is wrong with a list of broker URLs, as the rest of a sentence; never shows a URL, which holds a password. */
export function checkBrokerUrls(text: string): string | null {
  for (const [index, url] of text.split(',').entries()) {
    if (isBrokerUrl(url.trim())) continue;
    return `has a wrong entry ${index + 1}: write amqp://user:password@host:5672/vhost, or amqps:// for TLS; several separated by commas.`;
  }
  return null;
}

function isBrokerUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password, pathname } = new URL(text);
  try {
    for (const part of [username, password, pathname]) decodeURIComponent(part);
  } catch {
    return false;
  }
  return ['amqp:', 'amqps:'].includes(protocol) && hostname !== '';
}
