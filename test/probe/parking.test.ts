import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { MysqlLink, NodeEndpoint } from '../../lib/probe/connection.ts';
import { createParking } from '../../lib/probe/parking.ts';

const endpoint = (host: string): NodeEndpoint => ({
  host,
  port: 3306,
  credentials: { user: 'keepalambda', password: 'made up' },
});

/** A connection that notes how it was ended. */
function newLink() {
  const ends: string[] = [];
  const state = { isGone: false };
  const link = {
    isGone: () => state.isGone,
    quit: () => void ends.push('quit'),
    destroy: () => void ends.push('destroy'),
  } as unknown as MysqlLink;
  return { link, ends, state };
}

let wallMs = 0;
beforeEach(() => {
  wallMs = 0;
  vi.useFakeTimers();
});
afterEach(() => vi.useRealTimers());

describe('a connection that a command has left', () => {
  it('is for the next command to the same server, and for one alone', () => {
    const parking = createParking(() => wallMs);
    const { link, ends } = newLink();
    parking.leave(endpoint('10.0.1.12'), link);
    expect(parking.take(endpoint('10.0.1.11'))).toBe(null);
    expect(parking.take(endpoint('10.0.1.12'))).toBe(link);
    expect(parking.take(endpoint('10.0.1.12'))).toBe(null);
    vi.advanceTimersByTime(60_000);
    expect(ends).toEqual([]);
  });

  it('is not for somebody with another password', () => {
    const parking = createParking(() => wallMs);
    parking.leave(endpoint('10.0.1.12'), newLink().link);
    const credentials = { user: 'keepalambda', password: 'rotated' };
    expect(parking.take({ ...endpoint('10.0.1.12'), credentials })).toBe(null);
  });

  it('says goodbye when no command comes, or another one is left', () => {
    const parking = createParking(() => wallMs);
    const [first, second] = [newLink(), newLink()];
    parking.leave(endpoint('10.0.1.12'), first.link);
    parking.leave(endpoint('10.0.1.12'), second.link);
    expect([first.ends, second.ends]).toEqual([['quit'], []]);
    vi.advanceTimersByTime(2000);
    expect(second.ends).toEqual(['quit']);
    expect(parking.take(endpoint('10.0.1.12'))).toBe(null);
  });

  it('is not trusted after the process was frozen, nor when it is gone', () => {
    const parking = createParking(() => wallMs);
    const [frozen, gone] = [newLink(), newLink()];
    parking.leave(endpoint('10.0.1.12'), frozen.link);
    wallMs = 2001;
    expect(parking.take(endpoint('10.0.1.12'))).toBe(null);
    expect(frozen.ends).toEqual(['destroy']);
    parking.leave(endpoint('10.0.1.12'), gone.link);
    gone.state.isGone = true;
    expect(parking.take(endpoint('10.0.1.12'))).toBe(null);
  });

  it('is thrown away with all the others', () => {
    const parking = createParking(() => wallMs);
    const { link, ends } = newLink();
    parking.leave(endpoint('10.0.1.12'), link);
    parking.drop();
    expect(ends).toEqual(['destroy']);
  });
});
