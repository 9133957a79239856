/** Units that somebody wrote on a host of the lab: oneshot services, whose commands are the host's own. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { CommandLine, DoorAnswer } from './door.ts';
import type { Service } from './systemctl.ts';

/** The units of the administrator, of which the enabled ones are started at every boot. */
export class OwnUnits {
  /** Ends as on every Linux, so that scripts recognise it. */
  readonly directory: string;
  readonly #run: (line: CommandLine) => Promise<DoorAnswer>;
  readonly #enabled = new Set<string>();
  readonly #running = new Set<string>();

  constructor(root: string, run: (line: CommandLine) => Promise<DoorAnswer>) {
    this.directory = path.join(root, 'etc/systemd/system');
    this.#run = run;
  }

  /** The unit as a service; undefined where nobody wrote it. */
  service(name: string): Service | undefined {
    const file = path.join(this.directory, `${name}.service`);
    if (!existsSync(file)) return undefined;
    const carryOut = async (key: 'ExecStart' | 'ExecStop') => {
      for (const command of commandsIn(readFileSync(file, 'utf8'), key)) await this.#carryOut(command);
    };
    const stop = async () => {
      await carryOut('ExecStop');
      this.#running.delete(name);
    };
    return {
      isRunning: () => this.#running.has(name),
      start: async () => {
        if (this.#running.has(name)) return;
        await carryOut('ExecStart');
        this.#running.add(name);
      },
      stop,
      kill: stop,
      terminate: () => void stop(),
      startedAt: () => (this.#running.has(name) ? 1 : 0),
    };
  }

  isEnabled(name: string): boolean {
    return this.#enabled.has(name);
  }

  setEnabled(name: string, enabled: boolean): void {
    if (enabled) this.#enabled.add(name);
    else this.#enabled.delete(name);
  }

  /** After a boot nothing runs but what is enabled. */
  async boot(): Promise<void> {
    this.#running.clear();
    for (const name of this.#enabled) await this.service(name)?.start();
  }

  async #carryOut({ words, mayFail }: Command): Promise<void> {
    const [program = '', ...args] = words;
    const { exitCode, stderr } = await this.#run({ command: path.basename(program), args });
    if (exitCode !== 0 && !mayFail) throw new Error(`${words.join(' ')}: ${stderr}`);
  }
}

interface Command {
  readonly words: readonly string[];
  readonly mayFail: boolean;
}

/** A command whose first character is `-` may fail. */
function commandsIn(unit: string, key: string): readonly Command[] {
  return unit
    .split('\n')
    .filter((line) => line.startsWith(`${key}=`))
    .map((line) => line.slice(key.length + 1))
    .map((text) => ({ words: text.replace(/^-/, '').split(' '), mayFail: text.startsWith('-') }));
}
