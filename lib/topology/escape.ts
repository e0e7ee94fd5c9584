// Evidence comes from files and clusters that may be hostile: it must neither steer a terminal,
// nor end an element, nor hide text by writing direction.
const invisible =
  /[\p{Cc}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff]|\p{Cs}/gu;

/** Makes control, bidirectional and unpaired characters visible as `\u{1b}`; one line stays one. */
export function escapeControls(text: string): string {
  return text.replace(
    invisible,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Escapes text for XML and HTML, in elements and in quoted attributes alike. */
export function escapeMarkup(text: string): string {
  return escapeControls(text).replace(/[&<>"']/g, (character) => entities[character] ?? '');
}
