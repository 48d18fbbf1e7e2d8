// Serial numbers, as people bring them: one a line, or the first column of a CSV file.

const header = /^"?(serial|serial[ _-]?number)"?$/i;

// The serial numbers of `text` in their order; a header line and empty lines are no numbers.
export function read_serials(text: string): string[] {
  return text
    .split(/\r\n|\r|\n/)
    .map((line) => first_cell(line.trim()))
    .filter((serial, index) => serial !== "" && !(index === 0 && header.test(serial)));
}

// Serial numbers may hold commas, so only a quoted cell or a semicolon or tab ends one.
function first_cell(line: string): string {
  const quoted = /^"((?:[^"]|"")*)"/.exec(line);
  if (quoted) return quoted[1]!.replaceAll('""', '"').trim();
  return line.split(/[;\t]/)[0]!.trim();
}
