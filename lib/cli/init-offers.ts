/** What EC2 knows of the nodes, offered by the interview as the answers that Enter takes. */

/** A node, by its first interface. What EC2 does not say is not offered. */
export interface KnownNode {
  readonly account: string | undefined;
  readonly eniId: string | undefined;
  readonly address: string | undefined;
  /** The secondary addresses of the interface: a VIP is one of them. */
  readonly otherAddresses: readonly string[];
  readonly subnetId: string | undefined;
}

export interface KnownSubnet {
  readonly vpcId: string | undefined;
  readonly cidr: string | undefined;
  readonly availabilityZone: string | undefined;
}

/** EC2, as a person may ask it in one region. Null for what is not there; throws where EC2 does not answer. */
export interface Ec2Knowledge {
  node(instanceId: string): Promise<KnownNode | null>;
  subnet(subnetId: string): Promise<KnownSubnet | null>;
}

/** Throws where there are no credentials. */
export type OpenEc2 = (region: string) => Promise<Ec2Knowledge>;

/** What was found, or why nothing can be: `silent` when EC2 is not asked any more. */
export type Found<T> = { readonly kind: 'found'; readonly value: T } | { readonly kind: 'none' | 'silent' };

/** Asks EC2 while it answers. Its first failure is reported, and the interview goes on without it. */
export class Offers {
  #ec2: Ec2Knowledge | null = null;
  readonly region: string;
  readonly say: (text: string) => void;

  private constructor(region: string, say: (text: string) => void) {
    this.region = region;
    this.say = say;
  }

  static async of(region: string, openEc2: OpenEc2, say: (text: string) => void): Promise<Offers> {
    const offers = new Offers(region, say);
    try {
      offers.#ec2 = await openEc2(region);
    } catch (error) {
      offers.#close(error);
    }
    return offers;
  }

  /** Whether EC2 can be asked, as far as is known. */
  get areOpen(): boolean {
    return this.#ec2 !== null;
  }

  node(instanceId: string): Promise<Found<KnownNode>> {
    return this.#ask((ec2) => ec2.node(instanceId));
  }

  subnet(subnetId: string): Promise<Found<KnownSubnet>> {
    return this.#ask((ec2) => ec2.subnet(subnetId));
  }

  async #ask<T>(question: (ec2: Ec2Knowledge) => Promise<T | null>): Promise<Found<T>> {
    if (this.#ec2 === null) return { kind: 'silent' };
    try {
      const value = await question(this.#ec2);
      return value === null ? { kind: 'none' } : { kind: 'found', value };
    } catch (error) {
      this.#close(error);
      return { kind: 'silent' };
    }
  }

  #close(error: unknown): void {
    this.#ec2 = null;
    const because = (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
    this.say(`EC2 is not asked, so nothing is offered from it: ${because}`);
  }
}
