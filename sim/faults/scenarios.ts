/**
 * Faults that come together in life, with the timing that they have there: what one of them has hidden or worn down is
 * what the other needs. Each is a story that went wrong somewhere: in a review of keepalambda, or in another tool.
 */
import type { Random } from '../random.ts';
import type { BreakageName, Mishap, SimFault, Target } from './fault.ts';
import { switchover } from './requests.ts';

/** Scenarios begin before this, so that the last of their faults leaves time to recover. Milliseconds. */
export const scenarioLatestMs = 340_000;

/** What a scenario is told with: it begins at `atMs`, and all other times count from there. */
class Scene {
  readonly random: Random;
  readonly faults: SimFault[] = [];
  readonly #atMs: number;

  constructor(random: Random, atMs: number) {
    this.random = random;
    this.#atMs = atMs;
  }

  #at(inSeconds: number): number {
    return Math.round(this.#atMs + inSeconds * 1000);
  }

  /** Seconds, drawn between the two. */
  between(fromSeconds: number, toSeconds: number): number {
    return this.random.whole(fromSeconds * 1000, toSeconds * 1000) / 1000;
  }

  breaks(name: BreakageName, target: Target, inSeconds: number, forSeconds: number): void {
    const times = { atMs: this.#at(inSeconds), forMs: Math.round(forSeconds * 1000) };
    this.faults.push({ kind: 'breakage', name, target, ...times, degree: this.random.next() });
  }

  mishap(name: Mishap['name'], inSeconds: number, forSeconds: number): void {
    this.faults.push({ kind: 'mishap', name, atMs: this.#at(inSeconds), forMs: forSeconds * 1000 });
  }

  switchover(inSeconds: number, againInMs?: number): void {
    const again = againInMs === undefined ? {} : { againInMs };
    this.faults.push({ kind: 'operator', atMs: this.#at(inSeconds), request: switchover, ...again });
  }

  pause(inSeconds: number, minutes: number, why: string): void {
    const request = { action: 'pause', pair: 'orders', by: 'ann', why, minutes } as const;
    this.faults.push({ kind: 'operator', atMs: this.#at(inSeconds), request });
  }

  /** The leader freezes or dies in a step of a plan. */
  strikes(moment: 'freeze' | 'during', inSeconds: number, forSeconds: number): void {
    const forMs = Math.round(forSeconds * 1000);
    const death = { plan: null, step: null, moment, forMs, company: [] };
    this.faults.push({ kind: 'death', atMs: this.#at(inSeconds), death });
  }
}

const scenarios: { readonly [name: string]: (scene: Scene) => void } = {
  /** The holder's table fills, the standby's channel cannot log in again, and minutes later the holder dies. */
  'full-then-death': (scene) => {
    const fullFor = scene.between(40, 150);
    scene.breaks('full-and-cut-off', 'holder', 0, fullFor);
    scene.breaks('mysqld-kill', 'holder', fullFor - scene.between(1, 10), scene.between(20, 120));
  },
  /** The password is changed on one side only, replication ends, the holder dies. */
  'locked-out-then-death': (scene) => {
    scene.breaks('wrong-password', 'holder', 0, 150);
    scene.breaks('operator-stop-replica', 'standby', scene.between(1, 10), 140);
    scene.breaks('mysqld-kill', 'holder', scene.between(40, 100), scene.between(20, 100));
  },
  /** The application's own functions pile up behind a dead database. */
  'death-takes-the-pool': (scene) => {
    const name = scene.random.pick(['mysqld-kill', 'host-down', 'mysqld-hang'] as const);
    scene.breaks(name, 'holder', 0, scene.between(60, 150));
    scene.breaks('concurrency-dry', 'holder', scene.between(-1, 4), scene.between(10, 120));
  },
  /** EC2 stops answering just when a planned move has frozen the holder. */
  'move-without-ec2': (scene) => {
    const name = scene.random.pick(['ec2-failing', 'ec2-denied', 'ec2-down'] as const);
    scene.breaks(name, 'holder', scene.between(-3, 1), scene.between(20, 120));
    if (scene.random.chance(0.5)) scene.switchover(0);
    else scene.breaks('instance-shutdown', 'holder', 0, scene.between(20, 60));
    if (scene.random.chance(0.5)) scene.strikes('during', -1, 0);
  },
  'move-with-old-words': (scene) => {
    scene.breaks('ec2-very-stale', 'holder', -5, scene.between(30, 90));
    scene.switchover(0);
  },
  /** A function stands still for 20 s, in the middle of a move. */
  'frozen-in-a-move': (scene) => {
    scene.strikes('freeze', -1, scene.between(18, 24));
    if (scene.random.chance(0.5)) scene.switchover(0);
    else scene.breaks('mysqld-kill', 'holder', 0, scene.between(5, 60));
    if (scene.random.chance(0.5)) scene.breaks('ec2-failing', 'holder', 0, scene.between(10, 60));
  },
  'undone-with-lost-answers': (scene) => {
    scene.breaks('mysqld-kill', 'holder', 0, scene.between(1, 8));
    scene.breaks('database-lost-response', 'holder', -1, scene.between(5, 60));
  },
  /** The zone's network is gone for a moment, and one of the two does not come back. */
  'blip-and-death': (scene) => {
    scene.breaks('network-blip', 'holder', 0, scene.between(1, 5));
    scene.breaks('host-down', 'holder', 0, scene.between(60, 200));
  },
  /** The probe gave up so many logins while the server hung that it is not let in any more. */
  'blocked-after-a-hang': (scene) => {
    const target = scene.random.pick(['holder', 'standby'] as const);
    const hangFor = scene.between(25, 60);
    scene.breaks('mysqld-hang', target, 0, hangFor);
    // The old holder is the standby by now.
    scene.breaks('probe-host-blocked', 'standby', hangFor, scene.between(60, 200));
    if (scene.random.chance(0.5)) scene.breaks('mysqld-kill', 'holder', hangFor + 40, 40);
  },
  /** Maintenance: the pair is paused, and the holder restarted. It comes up read-only. */
  'restart-in-a-pause': (scene) => {
    scene.pause(0, 2, 'upgrade');
    scene.breaks('operator-restart', 'holder', scene.between(5, 30), scene.between(1, 8));
  },
  'death-in-a-pause': (scene) => {
    scene.pause(0, scene.random.pick([1, 3]), 'backup');
    scene.breaks('mysqld-hang', 'holder', scene.between(5, 20), scene.between(20, 120));
  },
  /** We do not reach the holder, and a person restarts replication: it has not died. */
  'witness-restarted': (scene) => {
    scene.breaks('probe-partition-all', 'holder', 0, scene.between(40, 120));
    scene.breaks('operator-stop-replica', 'standby', scene.between(5, 30), scene.between(0.5, 12));
  },
  /**
   * We do not reach the holder, which lives, and the standby does not let us ask it about the holder. Meanwhile the channel
   * between them breaks, and heals; or it stays broken, and when we are let in again the holder has died.
   */
  'witness-unasked': (scene) => {
    const name = scene.random.pick(['connections-full', 'wrong-password', 'mysqld-kill'] as const);
    const unaskedFor = scene.between(20, 230);
    scene.breaks(name, 'standby', 0, unaskedFor);
    scene.breaks('probe-partition-all', 'holder', scene.between(-1, 4), unaskedFor + scene.between(10, 60));
    if (scene.random.chance(0.3)) {
      scene.breaks('pair-partition', 'holder', scene.between(1, 10), scene.between(3, 100));
      return;
    }
    scene.breaks('operator-stop-replica', 'standby', scene.between(1, 10), unaskedFor + scene.between(-8, 0));
    scene.breaks('mysqld-kill', 'holder', unaskedFor - scene.between(0.5, 5), scene.between(60, 120));
  },
  'slow-applier-then-death': (scene) => {
    const slowFor = scene.between(60, 180);
    scene.breaks('applier-slow', 'standby', 0, slowFor);
    scene.breaks('mysqld-kill', 'holder', scene.between(30, slowFor), scene.between(20, 120));
  },
  'wrong-source-then-death': (scene) => {
    scene.breaks('wrong-source', 'standby', 0, scene.between(60, 200));
    if (scene.random.chance(0.5)) scene.breaks('mysqld-kill', 'holder', scene.between(20, 60), 40);
    else scene.switchover(scene.between(20, 60));
  },
  /** The holder dies with transactions that the standby never received, and comes back with them. */
  'old-tail': (scene) => {
    const cutFor = scene.between(0.5, 4);
    scene.breaks('pair-partition', 'holder', -cutFor, cutFor);
    scene.breaks('mysqld-kill', 'holder', 0, scene.between(8, 90));
  },
  /** No failover is possible, and the holder comes back without what its disk had not yet. */
  'less-without-failover': (scene) => {
    scene.breaks('operator-stop-replica', 'standby', -10, scene.between(12, 60));
    scene.breaks('returns-with-less', 'holder', 0, scene.between(1, 6));
  },
  'less-after-failover': (scene) => {
    scene.breaks('returns-with-less', 'holder', 0, scene.between(5, 60));
  },
  /** A backup on the standby holds its lock when the standby is needed. */
  'locked-standby-needed': (scene) => {
    scene.breaks('global-lock', 'standby', 0, scene.between(30, 200));
    scene.breaks('mysqld-kill', 'holder', scene.between(2, 30), scene.between(30, 120));
  },
  'backup-on-the-holder': (scene) => {
    scene.breaks('global-lock', 'holder', 0, scene.between(2, 60));
  },
  /** What the standby had received and not applied is gone when it restarts, and its source is dead. */
  'relay-log-needed': (scene) => {
    scene.breaks('applier-slow', 'standby', -30, 60);
    scene.breaks('mysqld-kill', 'holder', 0, scene.between(40, 120));
    scene.breaks('relay-log-lost', 'standby', scene.between(0.2, 5), scene.between(0.5, 4));
  },
  /** The holder dies twice in one incident: the standby is being rebuilt all the time. */
  'two-losses': (scene) => {
    scene.breaks('io-thread-stop', 'standby', 0, 220);
    const first = scene.between(15, 40);
    scene.breaks('mysqld-kill', 'holder', first, scene.between(6, 20));
    scene.breaks('mysqld-kill', 'holder', first + scene.between(40, 90), scene.between(8, 40));
  },
  'death-untold': (scene) => {
    const name = scene.random.pick(['alert-refused', 'alerts-denied', 'alerts-down'] as const);
    scene.breaks(name, 'holder', -5, scene.between(30, 200));
    scene.breaks('mysqld-kill', 'holder', 0, scene.between(5, 90));
  },
  /** Somebody moves the VIP to a standby that is behind, and tells nobody. */
  'moved-by-hand': (scene) => {
    if (scene.random.chance(0.6)) scene.breaks('applier-slow', 'standby', -20, 40);
    scene.breaks('vip-by-hand', 'holder', 0, 0);
  },
  /** The server hangs, and the thread that feeds its standby goes on saying that it is there. */
  'hung-but-beating': (scene) => {
    scene.breaks('hang-with-beats', 'holder', 0, scene.between(20, 120));
  },
  'acknowledgement-missing': (scene) => {
    scene.breaks('pair-partition', 'holder', 0, scene.between(3, 60));
    if (scene.random.chance(0.3)) scene.breaks('mysqld-kill', 'holder', scene.between(1, 12), 30);
  },
  'lease-deleted-then-death': (scene) => {
    scene.mishap('lease-deleted', 0, 0);
    scene.breaks('mysqld-kill', 'holder', scene.between(1, 40), scene.between(30, 120));
  },
  'record-full-then-death': (scene) => {
    scene.mishap('record-near-limit', 0, 0);
    scene.mishap('watch-kill-all', 0.1, 0);
    if (scene.random.chance(0.7)) scene.breaks('alerts-denied', 'holder', -1, scene.between(60, 200));
    scene.breaks('mysqld-kill', 'holder', scene.between(20, 90), scene.between(30, 120));
  },
  /** A firewall's rules are loaded anew: our packets are refused with a reset, the standby's are not. */
  'firewall-reload': (scene) => {
    scene.breaks('port-rejected', 'holder', 0, scene.between(0.5, 40));
  },
  'move-against-a-session': (scene) => {
    const name = scene.random.pick(['blocking-session', 'privileged-writer', 'global-lock'] as const);
    scene.breaks(name, 'holder', -20, scene.between(40, 90));
    scene.switchover(0);
  },
  /** Two people, or one command line that repeats its call. */
  'asked-twice': (scene) => {
    scene.switchover(0, scene.random.pick([0, 5, 900, 60_000]));
    if (scene.random.chance(0.3)) scene.switchover(scene.between(0, 2));
  },
  /** A fault of the source's making on the holder's own channel, and then the other node dies. */
  'holder-cannot-follow': (scene) => {
    scene.breaks(scene.random.pick(['sql-thread-stop', 'io-thread-stop'] as const), 'holder', 0, 200);
    scene.breaks('mysqld-kill', 'standby', scene.between(5, 60), 60);
  },
  'opened-by-hand': (scene) => {
    const name = scene.random.pick(['half-closed', 'holder-read-only', 'standby-writable'] as const);
    if (scene.random.chance(0.4)) scene.pause(-2, 2, 'by hand');
    scene.breaks(name, scene.random.pick(['holder', 'standby'] as const), 0, 0);
  },
  'no-binary-log': (scene) => {
    scene.breaks('binary-log-off', 'standby', 0, 200);
    scene.breaks('operator-restart', 'standby', 1, 2);
    scene.breaks('mysqld-kill', 'holder', scene.between(20, 60), 60);
  },
  'nobody-may-write': (scene) => {
    const name = scene.random.pick(['writes-refused', 'heartbeat-barred'] as const);
    scene.breaks(name, 'holder', 0, scene.between(10, 120));
  },
};

export const scenarioNames = Object.keys(scenarios);

/** The faults of one scenario, drawn by chance. */
export function drawScenario(random: Random, atMs: number): SimFault[] {
  const scene = new Scene(random, atMs);
  const scenario = scenarios[random.pick(scenarioNames)];
  scenario?.(scene);
  return scene.faults;
}
