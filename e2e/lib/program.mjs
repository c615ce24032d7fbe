// Programs that run beside the tests: started with a log, ended with the tests, however these end.

import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const running = new Set();
const folders = new Set();
const farewells = new Set();

// The last resort: whatever ends this process takes its programs and their folders along.
process.on('exit', () => {
  killAll();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
]) {
  process.once(signal, async () => {
    setTimeout(() => process.exit(code), 3_000);
    await Promise.allSettled([...farewells].map((farewell) => farewell()));
    process.exit(code);
  });
}

/** Ends all programs at once: what is left to do when a start has failed half way. */
export function killAll() {
  for (const program of running) program.kill();
}

/** Has `farewell` called, and waits for it a while, when a signal ends this process. */
export const beforeLeaving = (farewell) => farewells.add(farewell);

/** Removes `folder` when this process ends, if nobody has done so before. */
export function removeAtExit(folder) {
  folders.add(folder);
}

export function remove(folder) {
  rmSync(folder, { recursive: true, force: true });
  folders.delete(folder);
}

export class Program {
  #child;
  #ended = null;

  /** Starts `command`, with everything it prints in `log`. */
  constructor(name, command, args, log) {
    this.name = name;
    this.log = log;
    mkdirSync(dirname(log), { recursive: true });
    const file = openSync(log, 'w');
    this.#child = spawn(command, args, { stdio: ['ignore', file, file] });
    closeSync(file);
    running.add(this);
    this.exited = new Promise((done) => {
      const end = (how) => {
        this.#ended ??= how;
        running.delete(this);
        done();
      };
      this.#child.once('exit', (code, signal) =>
        end(signal ? `by ${signal}` : `with code ${code}`),
      );
      this.#child.once('error', (error) => end(`before it began: ${error.message}`));
    });
  }

  get output() {
    return readFileSync(this.log, 'utf8');
  }

  /** Throws if the program has ended. */
  check() {
    if (this.#ended === null) return;
    const last = this.output.trimEnd().split('\n').slice(-15).join('\n');
    throw new Error(`${this.name} ended ${this.#ended}; the last lines of ${this.log}:\n${last}`);
  }

  /** Waits until `probe` gives something; what it throws counts as "not yet". */
  async until(what, probe, seconds) {
    const deadline = Date.now() + seconds * 1000;
    let why = '';
    for (;;) {
      this.check();
      try {
        const found = await probe();
        if (found !== undefined && found !== null && found !== false) return found;
      } catch (error) {
        why = ` (${error.message})`;
      }
      if (Date.now() > deadline) {
        throw new Error(`${what} did not come within ${seconds} seconds${why}; see ${this.log}`);
      }
      await sleep(100);
    }
  }

  /** Asks the program to end, insists after ten seconds, and returns when it has ended. */
  async stop() {
    this.#child.kill('SIGTERM');
    const patience = setTimeout(() => this.#child.kill('SIGKILL'), 10_000);
    await this.exited;
    clearTimeout(patience);
  }

  kill() {
    this.#child.kill('SIGKILL');
  }
}
