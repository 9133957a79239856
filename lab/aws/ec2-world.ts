/**
 * EC2's state: instances, ENIs, and which ENI has which address. It stands three times, because AWS is
 * asynchronous: `accepted` is what calls are checked against, `effective` is what the data plane does, and
 * reads show `effective` as it was `staleReadMs` ago.
 */
import type { InstanceState } from '../../lib/core/evidence/sighting.ts';
import type { AwsEvents } from './events.ts';

export interface SubnetSpec {
  readonly id: string;
  readonly cidr: string;
  readonly zone: string;
  /** @default vpc-lab */
  readonly vpcId?: string;
  /** @default 200 */
  readonly freeAddresses?: number;
  /** Ranges that are kept for addresses given by hand. @default none */
  readonly reservations?: readonly ReservationSpec[];
}

export interface ReservationSpec {
  readonly cidr: string;
  readonly type: 'explicit' | 'prefix';
}

/** A security group: what it lets in and out. Traffic in the lab does not ask it. */
export interface GroupSpec {
  readonly id: string;
  /** @default none */
  readonly inbound?: readonly GroupRuleSpec[];
  /** @default everything, as AWS makes it */
  readonly outbound?: readonly GroupRuleSpec[];
}

export interface GroupRuleSpec {
  /** Null for all ports and protocols. */
  readonly port: number | null;
  /** One of the three: a range, a group or a prefix list. */
  readonly range?: string;
  readonly group?: string;
  readonly prefixList?: string;
}

export interface InstanceSpec {
  readonly id: string;
  /** Such as `t3.small`: it limits the addresses of an ENI. */
  readonly type: string;
  /** @default running */
  readonly state?: InstanceState;
  /** What policies may ask for. @default none */
  readonly tags?: Readonly<Record<string, string>>;
}

export interface EniSpec {
  readonly id: string;
  readonly instanceId: string;
  /** Which interface of the instance it is. @default 0 */
  readonly deviceIndex?: number;
  readonly subnetId: string;
  readonly primaryAddress: string;
  /** @default none */
  readonly secondaryAddresses?: readonly string[];
  /** Delegated prefixes, such as `10.0.1.16/28`. @default none */
  readonly prefixes?: readonly string[];
  readonly groups: readonly string[];
  /** What policies may ask for. @default none */
  readonly tags?: Readonly<Record<string, string>>;
}

/** How slow EC2 is. All in milliseconds, all may be changed at any time. */
export interface Ec2Timing {
  /** From the answer to AssignPrivateIpAddresses (or a change of groups) to its effect; or what draws it each time. */
  effectDelayMs: number | (() => number);
  /** How old is what Describe… shows. */
  staleReadMs: number;
  /** From `pending` to `running`. */
  bootMs: number;
  /** From `stopping` to `stopped`. */
  shutdownMs: number;
}

interface State {
  /** Secondary addresses: which ENI has each. */
  readonly owners: Readonly<Record<string, string>>;
  /** The instance that each ENI is attached to. */
  readonly attachments: Readonly<Record<string, string>>;
  readonly groups: Readonly<Record<string, readonly string[]>>;
  readonly instances: Readonly<Record<string, InstanceState>>;
}
export type Ec2State = State;
type Change = (state: State) => State;

export interface Ec2WorldSpec {
  readonly account: string;
  readonly subnets: readonly SubnetSpec[];
  readonly instances: readonly InstanceSpec[];
  readonly enis: readonly EniSpec[];
  /** Beside the group `default` of the VPC. */
  readonly groups: readonly GroupSpec[];
  readonly timing: Ec2Timing;
}

/** Addresses that an ENI of this type may have, and how many ENIs: AWS's own figures. */
export const instanceTypes: Readonly<Record<string, { readonly addresses: number; readonly enis: number }>> =
  {
    't3.micro': { addresses: 2, enis: 2 },
    't4g.micro': { addresses: 2, enis: 2 },
    't3.small': { addresses: 4, enis: 3 },
    't4g.small': { addresses: 4, enis: 3 },
    't3.medium': { addresses: 6, enis: 3 },
    't4g.medium': { addresses: 6, enis: 3 },
    'm6g.large': { addresses: 10, enis: 3 },
    'm7g.large': { addresses: 10, enis: 3 },
    'r6g.large': { addresses: 10, enis: 3 },
    'r7g.large': { addresses: 10, enis: 3 },
    'm7g.xlarge': { addresses: 15, enis: 4 },
    'r7g.xlarge': { addresses: 15, enis: 4 },
  };

export class Ec2World {
  readonly spec: Ec2WorldSpec;
  readonly timing: Ec2Timing;
  readonly #events: AwsEvents;
  #accepted: State;
  #effective: State;
  #history: { readonly atMs: number; readonly state: State }[] = [];
  #lastEffectAtMs = 0;
  #effects: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(spec: Ec2WorldSpec, events: AwsEvents) {
    check(spec);
    this.spec = spec;
    this.timing = { ...spec.timing };
    this.#events = events;
    this.#accepted = firstState(spec);
    this.#effective = this.#accepted;
    this.#record();
  }

  /** What calls are checked against. */
  get accepted(): State {
    return this.#accepted;
  }

  /** What the network does. */
  get effective(): State {
    return this.#effective;
  }

  /** What Describe… shows. */
  shown(): State {
    const until = Date.now() - this.timing.staleReadMs;
    return (
      (this.#history.findLast(({ atMs }) => atMs <= until) ?? this.#history[0])?.state ?? this.#effective
    );
  }

  eni(id: string): EniSpec | undefined {
    return this.spec.enis.find((eni) => eni.id === id);
  }

  /** The instance that the ENI is attached to; null for an ENI that there is not. */
  instanceOf(eniId: string | null): string | null {
    return this.#effective.attachments[eniId ?? ''] ?? null;
  }

  /** The tags of an instance or an ENI. */
  tagsOf(id: string): Readonly<Record<string, string>> {
    const tagged = [...this.spec.instances, ...this.spec.enis].find((each) => each.id === id);
    return tagged?.tags ?? {};
  }

  /** Puts the address on the ENI (null: on none), after the delay. */
  moveAddress(address: string, eniId: string | null): void {
    this.#change(
      (state) => ({ ...state, owners: withOwner(state.owners, address, eniId) }),
      () => {
        this.#events.emit('addressMoved', { address, eniId, instanceId: this.instanceOf(eniId) });
      },
    );
  }

  /** Gives the ENI these security groups and no other, after the delay. */
  setGroups(eniId: string, groups: readonly string[]): void {
    this.#change(
      (state) => ({ ...state, groups: { ...state.groups, [eniId]: groups } }),
      () => this.#events.emit('groupsChanged', { eniId, groups, instanceId: this.instanceOf(eniId) ?? '' }),
    );
  }

  /** Shows each ENI at the instance of the other, at once, as to somebody who has taken the one for the other. */
  exchangeEnis(one: string, other: string): void {
    const change: Change = (old) => {
      const { [one]: first = '', [other]: second = '' } = old.attachments;
      return { ...old, attachments: { ...old.attachments, [one]: second, [other]: first } };
    };
    this.#accepted = change(this.#accepted);
    this.#effective = change(this.#effective);
    this.#record();
  }

  /** Puts the instance into the state at once: EC2 knows it, also where a person did it. */
  setInstanceState(instanceId: string, state: InstanceState, force = false): void {
    const change: Change = (old) => ({ ...old, instances: { ...old.instances, [instanceId]: state } });
    this.#accepted = change(this.#accepted);
    this.#effective = change(this.#effective);
    this.#record();
    this.#events.emit('instanceState', { instanceId, state, force });
  }

  /** Moves the instance on from `through` to `then`, unless somebody has changed it meanwhile. */
  passThrough(instanceId: string, through: InstanceState, then: InstanceState, force = false): void {
    this.setInstanceState(instanceId, through, force);
    const forMs = then === 'running' ? this.timing.bootMs : this.timing.shutdownMs;
    setTimeout(() => {
      if (!this.#closed && this.#effective.instances[instanceId] === through)
        this.setInstanceState(instanceId, then);
    }, forMs).unref();
  }

  reboot(instanceId: string): void {
    this.#events.emit('instanceReboot', { instanceId });
  }

  close(): void {
    this.#closed = true;
  }

  /** Effects take place in the order in which calls were accepted, whatever the delay was for each. */
  #change(change: Change, announce: () => void): void {
    this.#accepted = change(this.#accepted);
    const { effectDelayMs } = this.timing;
    const delayMs = typeof effectDelayMs === 'number' ? effectDelayMs : effectDelayMs();
    const dueAtMs = Math.max(Date.now() + delayMs, this.#lastEffectAtMs);
    this.#lastEffectAtMs = dueAtMs;
    this.#effects = this.#effects.then(async () => {
      await new Promise<void>((resolve) => setTimeout(resolve, Math.max(0, dueAtMs - Date.now())).unref());
      if (this.#closed) return;
      this.#effective = change(this.#effective);
      this.#record();
      announce();
    });
  }

  #record(): void {
    this.#history = [...this.#history.slice(-500), { atMs: Date.now(), state: this.#effective }];
  }
}

function firstState(spec: Ec2WorldSpec): State {
  return {
    owners: Object.fromEntries(
      spec.enis.flatMap((eni) => (eni.secondaryAddresses ?? []).map((address) => [address, eni.id])),
    ),
    attachments: Object.fromEntries(spec.enis.map((eni) => [eni.id, eni.instanceId])),
    groups: Object.fromEntries(spec.enis.map((eni) => [eni.id, eni.groups])),
    instances: Object.fromEntries(spec.instances.map(({ id, state }) => [id, state ?? 'running'])),
  };
}

function withOwner(
  owners: State['owners'],
  address: string,
  eniId: string | null,
): Readonly<Record<string, string>> {
  const rest = Object.fromEntries(Object.entries(owners).filter(([other]) => other !== address));
  return eniId === null ? rest : { ...rest, [address]: eniId };
}

function check(spec: Ec2WorldSpec): void {
  for (const { id, type } of spec.instances) {
    if (!instanceTypes[type])
      throw new Error(
        `${id}: got instance type ${type}, want one of ${Object.keys(instanceTypes).join(', ')}: add its limits to lab/aws/ec2-world.ts`,
      );
  }
  for (const eni of spec.enis) {
    if (!spec.instances.some(({ id }) => id === eni.instanceId))
      throw new Error(`${eni.id}: got instance ${eni.instanceId}, want one of the lab's instances: add it`);
    if (!spec.subnets.some(({ id }) => id === eni.subnetId))
      throw new Error(`${eni.id}: got subnet ${eni.subnetId}, want one of the lab's subnets: add it`);
  }
}
