// Tells a story in a terminal.

import { sheetLines } from './journey.mjs';

const fancy = process.stdout.isTTY && !process.env.NO_COLOR;
const styled = (code, text) => (fancy ? `\x1b[${code}m${text}\x1b[0m` : text);
const CLEAR_LINE = '\x1b[2K\r';

export class Narrator {
  #chapter = 0;
  #waiting = false;

  /** Writes a line, over the last one if that told of waiting. */
  #line(text) {
    if (this.#waiting) process.stdout.write(CLEAR_LINE);
    this.#waiting = false;
    process.stdout.write(`${text}\n`);
  }

  title(text) {
    this.#line(styled(1, text));
  }

  chapter(text) {
    this.#chapter += 1;
    this.#line('');
    this.#line(styled(1, `${this.#chapter}. ${text}`));
  }

  say(text) {
    this.#line(`   ${text}`);
  }

  /** What happens while something is waited for. In a terminal each line replaces the last. */
  progress(text) {
    if (!fancy) {
      this.#line(`   ${text}`);
      return;
    }
    process.stdout.write(`${CLEAR_LINE}   ${styled(2, text)}`);
    this.#waiting = true;
  }

  sheet(title, sheet) {
    const lines = sheetLines(sheet);
    const widths = [0, 1].map((column) => Math.max(...lines.map((line) => line[column].length)));
    this.#line(`   ${title}:`);
    for (const [label, number] of lines) {
      this.#line(`     ${label.padEnd(widths[0])}  ${number.padStart(widths[1])}`);
    }
  }

  good(text) {
    this.#line('');
    this.#line(styled('1;32', text));
  }

  /** Says why the story ends early; only the sentence of an error that brings more with it. */
  bad(text) {
    const [sentence] = text.split('\n');
    if (this.#waiting) process.stdout.write('\n');
    this.#waiting = false;
    process.stderr.write(`\n${styled('1;31', 'The demo stops here:')} ${sentence}\n`);
  }
}
