/** What XML 1.0 can't say at all, not even escaped. */
const unspeakable =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are meant
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

const special = /[&<>"\t\r\n]/;
const entities: Readonly<Record<string, string>> = {
  ...{ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' },
  ...{ '\t': '&#x9;', '\r': '&#xd;', '\n': '&#xa;' },
};

/** A text for between double quotes of an attribute; what XML can't say becomes U+FFFD. */
export function asAttribute(text: string): string {
  const clean = text.replace(unspeakable, '\ufffd');
  return special.test(clean) ? clean.replace(/[&<>"\t\r\n]/g, (each) => entities[each] ?? each) : clean;
}

/** A text for between tags. */
export function asText(text: string): string {
  return text.replace(unspeakable, '\ufffd').replace(/[&<>\r]/g, (each) => entities[each] ?? each);
}
