/** The world of a story: what two servers answer, which node has the VIP, and what EC2 shows. */
import type { ThroughVip } from '../../lib/core/evidence/evidence.ts';
import type { Misconfiguration, Saw, Sighting, VipSighting } from '../../lib/core/evidence/sighting.ts';
import type { NodeName } from '../../lib/core/names.ts';

import { answers1, answers2 } from './world.ts';

/** What changes of it; the rest stays as it is. */
export interface WorldChange {
  readonly db1?: Saw;
  readonly db2?: Saw;
  readonly vip?: NodeName | null;
  readonly wrong?: readonly Misconfiguration[];
}

export class StoryWorld {
  #saws: Record<'db1' | 'db2', Saw> = { db1: answers1(), db2: answers2() };
  #holder: NodeName | null = 'db1';
  /** What EC2 shows otherwise than the environment file says. */
  #wrong: readonly Misconfiguration[] = [];

  change({ db1, db2, vip, wrong }: WorldChange): void {
    this.#saws = { db1: db1 ?? this.#saws.db1, db2: db2 ?? this.#saws.db2 };
    if (vip !== undefined) this.#holder = vip;
    this.#wrong = wrong ?? this.#wrong;
  }

  /** What a look sees. */
  get sightings(): readonly Sighting[] {
    return Object.entries(this.#saws).map(([node, saw]) => ({ node, saw }));
  }

  get isSilent(): boolean {
    return Object.values(this.#saws).some(({ kind }) => kind === 'unanswered');
  }

  /** What EC2 answers. */
  ec2(atMs: number): VipSighting {
    const node = this.#holder;
    return {
      kind: 'saw',
      atMs,
      place: node === null ? { kind: 'nowhere' } : { kind: 'node', node },
      instances: { db1: 'running', db2: 'running' },
      room: { db1: true, db2: true },
      wrong: this.#wrong,
    };
  }

  /** Who answers through the VIP. */
  get throughVip(): ThroughVip {
    const node = this.#holder;
    const isAnswered = node !== null && this.#saws[node as 'db1' | 'db2'].kind === 'answered';
    return isAnswered ? { kind: 'node', node } : { kind: 'nobody' };
  }

  moveVip(to: NodeName): void {
    this.#holder = to;
  }

  /** A step has opened the node, or attached its channel. */
  open(node: NodeName): void {
    if (node === 'db2') this.change({ db2: answers2({ writable: true, heartbeat: { kind: 'committed' } }) });
    else this.change({ db1: answers1() });
  }

  close(node: NodeName): void {
    if (node === 'db2') this.change({ db2: answers2() });
    else this.change({ db1: answers1({ writable: false, heartbeat: { kind: 'not-tried' } }) });
  }
}
