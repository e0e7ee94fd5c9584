/** Breaks text at spaces into lines of at most `width` characters; longer words are cut. */
export function wrapText(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).flatMap((part) => cut(part, width))) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (longer.length <= width) {
      line = longer;
    } else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line];
}

/** Shortens a line to `width` characters, an ellipsis at its end. */
export function fitLine(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}

function cut(word: string, width: number): string[] {
  if (word.length <= width) return [word];
  return [word.slice(0, width), ...cut(word.slice(width), width)];
}
