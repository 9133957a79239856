/** A port that refuses us, and a server that answers the standby's channel and turns it away. */
import { expect, it } from 'vitest';
import { Leader } from '../leader.ts';
import { answered, db1, db2, hears2, refused, unanswered } from '../world.ts';

const turnedAway = (heardAgoMs: number) => ({
  io: 'connecting' as const,
  lagSeconds: null,
  ioError: { errno: 3032, message: 'The server is currently in offline mode' },
  heardAgoMs,
  receivedAgoMs: heardAgoMs,
  retrySeconds: 2,
});
const gone = { ...turnedAway(0), ioError: { errno: 2003, message: "Can't connect to MySQL server (111)" } };

/** The channel heard its source until so long after its port had refused us for the first time. */
function leaderThatHeardFor(forMs: number): Leader {
  const leader = new Leader();
  leader.looks(20, 250, answered(db1), answered(db2));
  for (let passedMs = 0; passedMs < forMs; passedMs += 250)
    leader.look(250, refused, hears2({ heardAgoMs: 0 }));
  return leader;
}

it('a channel that had heard its source since the port refused us was turned away by one that lives', () => {
  const leader = leaderThatHeardFor(2000);
  for (let agoMs = 250; agoMs < 20_000; agoMs += 250) {
    const { deed, row } = leader.look(250, refused, hears2(turnedAway(agoMs)));
    expect([deed, row]).not.toContain('failover');
    expect(row).toBe('holder-lost-unwitnessed');
  }
});

it('one that was turned away before that has to try again first', () => {
  const leader = leaderThatHeardFor(0);
  leader.looks(10, 250, answered(db1), hears2(turnedAway(5000)));
  const lives = [];
  for (let passedMs = 250; passedMs <= 6000; passedMs += 250)
    lives.push(leader.look(250, refused, hears2(turnedAway(5000 + passedMs))).situation.life);
  expect([lives[7], lives[15], lives[17]]).toEqual(['unsure', 'unsure', 'lives']);
  expect(lives).not.toContain('dead');
});

it('and when it finds nobody there, the holder is dead at once', () => {
  const leader = leaderThatHeardFor(2000);
  leader.looks(4, 250, refused, hears2(turnedAway(1000)));
  expect(leader.look(250, refused, hears2({ ...gone, heardAgoMs: 2000, receivedAgoMs: 2000 })).deed).toBe(
    'failover',
  );
});

/** The standby does not answer SHOW REPLICA STATUS since so long ago. */
const untold = (forMs: number) =>
  hears2({ unanswered: true, lagSeconds: null, caughtUp: false, heardAgoMs: forMs, receivedAgoMs: forMs });

it('what a standby could not be asked is no silence: a holder that only we do not reach is not dead', () => {
  const leader = leaderThatHeardFor(0);
  for (let passedMs = 250; passedMs <= 20_000; passedMs += 250) {
    const { situation, deed } = leader.look(250, unanswered, untold(passedMs));
    expect(situation.life).not.toBe('dead');
    expect(deed).not.toBe('failover');
  }
});

it('it keeps nobody from seeing that a port refuses us, and a failover waits for its answer', () => {
  const leader = leaderThatHeardFor(0);
  const { situation } = leader.looks(12, 250, refused, untold(3000));
  expect(situation.life).toBe('dead');
  expect(situation.fitness.reasons.join()).toContain('does not answer SHOW REPLICA STATUS any more');
  const ready = hears2({ io: 'connecting', lagSeconds: null, heardAgoMs: 6000, receivedAgoMs: 6000 });
  expect(leader.look(250, refused, ready).deed).toBe('failover');
});
