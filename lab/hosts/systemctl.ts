/** `systemctl` on a host of the lab: units of its services, and as much of the command as scripts use. */
import type { DoorAnswer } from './door.ts';
import type { OwnUnits } from './units.ts';

/** A service of the host. */
export interface Service {
  isRunning(): boolean;
  start(): Promise<void>;
  stop(): Promise<void>;
  kill(): Promise<void>;
  /** Asks it to end, and waits for nothing. */
  terminate(): void;
  /** Which start of it this is: when, by a clock that never goes back, or 0. Microseconds. */
  startedAt(): number;
}

/** A service of which the lab keeps nothing but whether it runs. At first it does not. */
export function nominalService(): Service {
  let running = false;
  const set = (to: boolean) => async () => {
    running = to;
  };
  return {
    isRunning: () => running,
    start: set(true),
    stop: set(false),
    kill: set(false),
    terminate: () => void set(false)(),
    startedAt: () => (running ? 1 : 0),
  };
}

/** As `systemctl` with these arguments. `units` by name, without `.service`; `own`: what was written on it. Never rejects. */
export async function systemctl(
  units: ReadonlyMap<string, Service>,
  args: readonly string[],
  own: OwnUnits,
): Promise<DoorAnswer> {
  const quiet = args.includes('--quiet') || args.includes('-q');
  const words = args.filter((word) => !word.startsWith('-'));
  const [verb = ''] = words;
  const unit = words.length > 1 ? (words.at(-1) ?? '') : '';
  const name = unit.replace(/\.service$/, '');
  const service = units.get(name) ?? own.service(name);
  if (verb === 'daemon-reload') return answer(0);
  if (verb === 'show' && !args.includes('-p'))
    return answer(0, `/run/systemd/transient ${own.directory} /usr/lib/systemd/system\n`);
  if (verb === 'is-enabled') return own.isEnabled(name) ? answer(0, quiet ? '' : 'enabled\n') : answer(1);
  if (!service) return missing(verb, name);
  try {
    if (verb === 'enable' || verb === 'disable') {
      own.setEnabled(name, verb === 'enable');
      if (args.includes('--now')) await (verb === 'enable' ? service.start() : service.stop());
      return answer(0);
    }
    const id = [...units].find(([, unit]) => unit === service)?.[0] ?? name;
    return await act(verb, name, service, { id, quiet, args });
  } catch (error) {
    return answer(
      1,
      '',
      `Job for ${name}.service failed because the control process exited with error code.\n${error}\n`,
    );
  }
}

interface Asked {
  /** The unit's first name: the others are aliases of it. */
  readonly id: string;
  readonly quiet: boolean;
  readonly args: readonly string[];
}

async function act(
  verb: string,
  name: string,
  service: Service,
  { id, quiet, args }: Asked,
): Promise<DoorAnswer> {
  switch (verb) {
    case 'is-active':
    case 'status': {
      const running = service.isRunning();
      return answer(running ? 0 : 3, quiet ? '' : `${running ? 'active' : 'inactive'}\n`);
    }
    case 'cat':
      return answer(0, `# ${name}.service\n`);
    case 'reset-failed':
      return answer(0);
    case 'start':
      await service.start();
      return answer(0);
    case 'stop':
      await service.stop();
      return answer(0);
    case 'restart':
      await service.stop();
      await service.start();
      return answer(0);
    case 'kill':
      if (args.includes('--signal=SIGTERM')) service.terminate();
      else await service.kill();
      return answer(0);
    case 'show':
      return answer(
        0,
        args
          .flatMap((word, index) => (args[index - 1] === '-p' ? [word] : []))
          .map(
            (property) =>
              `${property}=${property === 'Id' ? `${id}.service` : propertyOf(property, service)}\n`,
          )
          .join(''),
      );
    default:
      return answer(1, '', `Unknown command verb ${verb}.\n`);
  }
}

/** As much of a unit as scripts ask for; empty as systemd has it for what it does not know. */
function propertyOf(property: string, service: Service): string {
  return property === 'ExecMainStartTimestampMonotonic' ? String(service.startedAt()) : '';
}

function missing(verb: string, name: string): DoorAnswer {
  if (verb === 'is-active') return answer(3, 'inactive\n');
  if (verb === 'cat') return answer(1, '', `No files found for ${name}.service.\n`);
  return answer(5, '', `Failed to ${verb} ${name}.service: Unit ${name}.service not found.\n`);
}

function answer(exitCode: number, stdout = '', stderr = ''): DoorAnswer {
  return { exitCode, stdout, stderr };
}
