/**
 * The simulated world: two masters that replicate from each other, clients that write through the VIP, EC2,
 * the table, and the paths between all of them. State changes only through `change`, which first brings
 * writes and replication up to now, and then tells who is listening.
 */
import type { Pair } from '../../lib/core/config/config.ts';
import type { NodeName, Vantage } from '../../lib/core/names.ts';
import type { Random } from '../random.ts';
import type { Story } from '../story.ts';
import type { Timeline } from '../time.ts';
import { Cloud } from './cloud.ts';
import { followCopy } from './copy.ts';
import { followTries } from './last-try.ts';
import { type ChannelHabits, followLink, heartbeatOf } from './link.ts';
import { CommitLog } from './log.ts';
import { Master } from './master.ts';
import {
  type Collision,
  collisionsOf,
  type Lacking,
  lackingOn,
  type Overwrite,
  overwrittenOn,
  rowsOf,
  type TableRow,
} from './rows.ts';
import { followSemiSync } from './semi-sync.ts';
import { calmServices, type Services } from './services.ts';
import { Table } from './table.ts';
import { View } from './view.ts';

export interface WorldProps {
  readonly pair: Pair;
  readonly vantages: readonly Vantage[];
  readonly holder: NodeName;
  readonly gtid: boolean;
  readonly habits: ChannelHabits;
  /** Whether the store refuses a save under an older epoch, as it does. */
  readonly checksEpoch: boolean;
  /** How long a commit waits for the standby's acknowledgement; null where replication is asynchronous. @default null */
  readonly semiSyncTimeoutMs?: number | null;
  /** Scheduled events of the application: they run on the holder. @default 0 */
  readonly events?: number;
}

/** Transactions of each master before the history begins. */
const oldTransactions = 1000;

export class SimWorld {
  readonly pair: Pair;
  readonly timeline: Timeline;
  readonly random: Random;
  readonly story: Story;
  readonly masters: readonly [Master, Master];
  readonly cloud: Cloud;
  readonly table: Table;
  readonly views: ReadonlyMap<Vantage, View>;
  services: Services = calmServices;
  /** Texts of alerts that SNS will never take: too large, or not as it wants them. */
  readonly refusedAlerts = new Set<string>();
  /** Whether positions are GTIDs. */
  readonly gtid: boolean;
  /** Whether the two masters reach each other. */
  pairLinked = true;
  readonly habits: ChannelHabits;
  /** Looks that are held open, and want to look again after every change. */
  readonly looks = new Set<{ wake(): void }>();
  /** Called after every change of state. */
  readonly onChange: (() => void)[] = [];
  /** Counts the changes. */
  version = 0;
  #advancedMs = 0;

  constructor(props: WorldProps, timeline: Timeline, random: Random, story: Story) {
    this.pair = props.pair;
    this.timeline = timeline;
    this.random = random;
    this.story = story;
    this.habits = props.habits;
    this.gtid = props.gtid;
    const logs = [new CommitLog(), new CommitLog()] as const;
    const [first, second] = props.pair.nodes;
    this.masters = [
      new Master(first, logs[0], logs[1], props.gtid),
      new Master(second, logs[1], logs[0], props.gtid),
    ];
    for (const master of this.masters) {
      master.log.add(0, oldTransactions, 'old');
      const { relayLog } = master.channel;
      relayLog.received = relayLog.applied = oldTransactions;
      master.channel.heartbeatMs = heartbeatOf(props.habits);
      const timeoutMs = props.semiSyncTimeoutMs ?? null;
      if (timeoutMs !== null) master.semiSync = { timeoutMs, waitingSinceMs: null, gaveUp: false };
      const [here, elsewhere] =
        master.name === props.holder ? [props.events ?? 0, 0] : [0, props.events ?? 0];
      master.events = { scheduler: 'on', enabled: here, disabledOnReplica: elsewhere };
    }
    this.#noteOrder();
    this.cloud = new Cloud({ kind: 'node', node: props.holder });
    this.table = new Table(props.checksEpoch);
    this.views = new Map(props.vantages.map((vantage) => [vantage, new View()]));
    this.change(() => {
      this.master(props.holder).setWritable(0, true, 'setup');
      if (props.pair.writability === 'untouched') this.peer(props.holder).setWritable(0, true, 'setup');
    });
  }

  get nowMs(): number {
    return this.timeline.nowMs;
  }

  /** The master of that name; it must be one of the pair's. */
  master(name: NodeName): Master {
    const [first, second] = this.masters;
    if (first.name === name) return first;
    if (second.name === name) return second;
    throw new Error(`the simulated pair has no node ${name}`);
  }

  peer(name: NodeName): Master {
    return this.masters[0].name === name ? this.masters[1] : this.masters[0];
  }

  /** The master that the VIP leads to, if it leads to one. */
  get holder(): Master | null {
    const { holder } = this.cloud;
    return holder === null ? null : this.master(holder);
  }

  /** Brings writes and replication up to now. Needed before anything that depends on them is read. */
  advance(): void {
    const nowMs = this.timeline.nowMs;
    if (nowMs === this.#advancedMs) return;
    this.#advancedMs = nowMs;
    for (const master of this.masters) master.channel.advance(nowMs, master.applies);
    this.#noteOrder();
  }

  /** Up to now, and to what was committed in this moment. */
  #bringUp(): void {
    this.advance();
    this.#noteOrder();
  }

  #noteOrder(): void {
    for (const { order, log, channel } of this.masters)
      order.note(log.countAt(this.nowMs), channel.relayLog.appliedCount);
  }

  /** Changes the world: the only way. */
  change(change: () => void): void {
    this.advance();
    change();
    followLink(this, this.masters[0], this.masters[1]);
    followLink(this, this.masters[1], this.masters[0]);
    for (const master of this.masters) {
      followCopy(this, master);
      followTries(this, master, this.peer(master.name));
      followSemiSync(this, master, this.peer(master.name));
      master.log.write(this.nowMs, this.writersOf(master));
    }
    this.version++;
    for (const look of this.looks) look.wake();
    for (const listener of this.onChange) listener();
  }

  /** What every row of the master holds now. Dear: for judges, at the moments that matter. */
  rowsOf(node: NodeName): readonly TableRow[] {
    this.#bringUp();
    return rowsOf(this.master(node), this.peer(node), this.nowMs);
  }

  /** Rows of the master in which an older transaction replaced a newer acknowledged one, ever. Dear. */
  overwrittenOn(node: NodeName): readonly Overwrite[] {
    this.#bringUp();
    return overwrittenOn(this.master(node), this.peer(node), this.nowMs);
  }

  /** Transaction numbers that were given away twice. Cheap: empty unless a server came back with less. */
  collisions(): readonly Collision[] {
    if (this.masters.every(({ log }) => log.incarnation === 0)) return [];
    return this.masters.flatMap((master) => collisionsOf(master, this.peer(master.name), this.nowMs));
  }

  /** What was ever acknowledged to clients, on either master, and this one does not have. Dear where it is much. */
  lackingOn(node: NodeName): Lacking {
    this.#bringUp();
    return lackingOn(this.master(node), this.peer(node), this.nowMs);
  }

  /** Puts the VIP there; some clients' packets go to the old place for a while. */
  moveVip(place: Cloud['place']): void {
    const lateForMs = this.random.whole(0, 1200);
    this.change(() => this.cloud.put(this.nowMs, place, lateForMs));
    this.timeline.after(lateForMs, () => this.change(() => {}));
  }

  /** Whether prompt or late clients commit on this master now. */
  writersOf(master: Master): { prompt: boolean; late: boolean } {
    if (!master.servesVip) return { prompt: false, late: false };
    const late = this.cloud.lateHolder(this.nowMs) === master.name;
    return { prompt: this.cloud.holder === master.name, late };
  }
}
