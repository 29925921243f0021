/** Whether the text holds half of a surrogate pair, which neither UTF-8 nor a database column can store. */
export function hasLoneSurrogate(text: string): boolean {
  return !text.isWellFormed();
}

/** Whether the text holds U+0000, which PostgreSQL refuses in text. */
export function hasNul(text: string): boolean {
  return text.includes('\0');
}
