import { describe, expect, it } from 'vitest';
import { guardAssignment, guardNode } from '../../../lib/aws/ec2/vip-guard.ts';
import type { Pair } from '../../../lib/core/config/config.ts';
import { config, pair } from '../world.ts';

const [first, second] = pair.nodes;

describe('invariant 7: only the configured VIP, only to the two configured ENIs', () => {
  it('allows the VIP on either node, and takes both from the configuration', () => {
    for (const node of pair.nodes) {
      expect(guardAssignment(config.pairs, pair, node.name)).toEqual({
        eniId: node.eniId,
        address: pair.vip,
      });
    }
  });

  const strange: [string, Pair, string][] = [
    ['a node that the pair does not have', pair, 'db3'],
    ['a pair that is not configured', { ...pair, name: 'other' }, 'db1'],
    ['another address', { ...pair, vip: '10.0.1.77' }, 'db1'],
    ['another ENI', { ...pair, nodes: [{ ...first, eniId: 'eni-0badbadbad' }, second] }, 'db1'],
    ['another instance', { ...pair, nodes: [first, { ...second, instanceId: 'i-0badbadbad' }] }, 'db2'],
  ];
  it.each(strange)('refuses %s', (_what, given, node) => {
    expect(() => guardAssignment(config.pairs, given, node)).toThrow(/nothing was changed/);
  });

  it("refuses a configured VIP that is a node's own address", () => {
    const wrong = { ...pair, vip: first.address };
    expect(() => guardAssignment([wrong], wrong, 'db2')).toThrow(/not a VIP/);
  });

  it('guards the other changes by the same rule', () => {
    expect(guardNode(config.pairs, pair, 'db2')).toEqual(second);
    expect(() => guardNode(config.pairs, pair, 'db3')).toThrow(/db1 and db2/);
  });
});
