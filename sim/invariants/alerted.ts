import { nodeIn } from '../world/cloud.ts';
import type { Master } from '../world/master.ts';
import type { SimWorld } from '../world/world.ts';
import { isHeard } from './chronicle.ts';
import type { Court, Invariant } from './court.ts';

/** A loss of service as long as this is alerted. Milliseconds. */
const lossMs = 5000;
/** How long after its begin, at the latest. Milliseconds. */
const alertWithinMs = 30_000;
/** Losses with less service between them than this are one. Milliseconds. */
const betweenMs = 10_000;
/** What lasts is alerted again: this often in the first hour, and then every hour. Milliseconds. */
const againMs = 900_000;
const hourMs = 3_600_000;
/** An alert that is due may wait for the next look and for SNS. Milliseconds. */
const slackMs = 30_000;

/** Alerts that say nothing of clients that cannot write. */
const besideTheLoss: ReadonlySet<string> = new Set([
  'all-clear',
  'paused',
  'resumed',
  'loss-counted',
  'standby-unfit',
  'standby-closed',
  'standby-misdirected',
  'standby-writes',
  'standby-locked',
  'login-refused',
  'events-will-stop',
  'doctor-found',
  'doctor-clear',
  'channel-detached',
  'channel-attached',
]);

/** Alerts that say that clients cannot write: taken just before a loss, they speak of it too. */
const ofALoss: ReadonlySet<string> = new Set(['holder-lost', 'both-lost', 'vip-unheld', 'flap-guard']);

/** Alerts that say that a holder flaps: after two of them, people know that there are short losses, and that they are counted. */
const ofFlapping: ReadonlySet<string> = new Set(['holder-lost', 'flap-guard', 'service-lost']);
const flapsAfter = 2;
/** After so many, longer ones are counted too. */
const flapsLongAfter = 4;
/** Alerts that are closer than this are of one loss. Milliseconds. */
const oneLossMs = 15_000;
/** For how long they know it from the last of these. Milliseconds. */
const knownForMs = 7_200_000;
/** A loss that lasts this long while a watch could lead is not one of a flapping holder. Milliseconds. */
const staysMs = alertWithinMs;

/** Those that say that nobody finds the holder: they speak of each loss until something shows that it lives. */
const ofALostHolder: ReadonlySet<string> = new Set(['holder-lost', 'both-lost', 'flap-guard']);

/** Alerts that say that the holder cannot be asked how it is. */
const ofBlindness: ReadonlySet<string> = new Set([
  'blind',
  'ec2-blind',
  'locked-out',
  'saturated',
  'heartbeat-barred',
]);

/** How long it may take until it is known that no vantage can look: a held look times out, and `blind` waits for 5 s. Milliseconds. */
const blindKnownMs = 13_000;

/** From the first moment without service to the end of the last one. */
interface Loss {
  readonly sinceMs: number;
  /** Whether one of its outages lasted long enough, in somebody's sight, to be alerted. */
  readonly due: boolean;
  readonly endedMs: number | null;
  /** For how long of it a watch could lead, and until when that is counted. */
  readonly seenForMs: number;
  readonly countedMs: number;
  /** When SNS last took an alert of it. */
  readonly alertedMs: number | null;
  /** Its only alert says that nothing is seen of the holder, and was taken before the loss; that still holds. */
  readonly isBlind: boolean;
  /** From when on an alert of it is awaited. */
  readonly awaitedMs: number;
  /** It began while no vantage could look, and that could not be known; that still holds. */
  readonly isDark: boolean;
}

/**
 * Invariant W4. Every loss of service of 5 s or more is alerted, the second in one incident as well, and what lasts is
 * alerted again.
 *
 * Service is what clients have: a commit through the VIP. (a) When they could not commit for 5 s, SNS has taken an alert that
 * speaks of it 30 s after that loss began, whether or not it is over by then. It may be an alert of a lost holder or VIP from
 * the 15 min before, if no other loss ended since, or if nothing could show since that the holder lives: neither a vantage that
 * asks it nor its standby's channel. It may also be one that says that the holder cannot be asked (`blind`, `ec2-blind`,
 * `locked-out`, `saturated`), or that our heartbeat cannot be written (`heartbeat-barred`: whether writes go on is not seen then), taken since any vantage could last ask the holder how it is: to see a loss behind that is
 * impossible. So does a `service-lost` that is taken 5 s or more after that: it says that nobody gets an answer from the holder. When a vantage can ask it again and the loss goes on for 5 s, while a watch could lead, an alert of it is due anew. So it is when the VIP is on
 * neither node for 5 s while EC2 answers, which says so whatever the vantages see. Losses with less than 10 s of service between them are one loss. (b) While
 * a loss lasts, an alert of it is taken every 15 min in its first hour, and every hour after that, up to 30 s late.
 *
 * Excuses: a loss in which a watch could lead for less than 30 s is not alerted when SNS has taken alerts of two losses of a flapping holder
 * (`holder-lost`, `flap-guard`, `service-lost`) in the two hours before; a longer one, when it has taken four. Both times
 * begin again after SNS refused alerts, and after no watch could lead (none was alive, one had just died or was frozen, or
 * the table did not answer: the dead man's switch alarms then); the 5 s are counted while one could. Nor are they counted in the
 * first 13 s in which no vantage can look at anything: nobody can know that sooner, and what is lost behind it not at all. A holder that takes
 * writes on a host that does not take the VIP for its own is not judged: nothing looks through the VIP while nothing is
 * moved. Nor is a VIP that left a node while an answer of EC2 that is 5 s old or older may still show it there. A loss that
 * goes on when it no longer takes writes counts from then. A pause is no excuse.
 */
export function alertedInvariant(court: Court): Invariant {
  const { world, chronicle } = court;
  let loss: Loss | null = null;
  /** When SNS last took an alert of a loss, and of a holder that nobody finds. */
  let lossToldMs = 0;
  let lostToldMs = 0;
  /** When the last loss ended, and until when something could show that the holder lives. */
  let lastEndedMs = 0;
  let livedMs = 0;
  /** When an alert was taken that speaks of a loss that begins now. */
  const foretoldMs = () => {
    const toldMs = Math.max(lossToldMs > lastEndedMs ? lossToldMs : 0, lostToldMs > livedMs ? lostToldMs : 0);
    return toldMs > 0 && world.nowMs - toldMs < againMs ? toldMs : null;
  };
  /** When SNS last took an alert that may be one of a loss. */
  let toldMs = Number.NEGATIVE_INFINITY;
  /** When SNS last took an alert that says that the holder cannot be asked, and until when a vantage could ask the holder how it is. */
  let blindToldMs = Number.NEGATIVE_INFINITY;
  let heardMs = 0;
  /** Since when it could, without a break. */
  let seenSinceMs: number | null = null;
  /** Since when the VIP is on neither node, and EC2 says so. */
  let awaySinceMs: number | null = null;
  /** Since when no vantage can look at anything. */
  let darkSinceMs: number | null = null;
  /** Until when clients could not be seen to be without service. */
  let unseenMs = 0;
  /** When SNS took alerts of a flapping holder. */
  let flappedMs: readonly number[] = [];
  const isKnown = ({ seenForMs }: Loss) => {
    const known = flappedMs.filter((atMs) => world.nowMs - atMs < knownForMs).length;
    return known >= (seenForMs < staysMs ? flapsAfter : flapsLongAfter);
  };
  /** Since when SNS takes alerts. */
  let snsSinceMs: number | null = null;
  const changed = () => {
    const { nowMs, holder } = world;
    const unseen = (holder?.commits === true && !holder.bound) || isHiddenByEc2(world);
    if (unseen) unseenMs = nowMs;
    const was = loss;
    const { downSinceMs } = chronicle;
    const lostSinceMs = unseen || downSinceMs === null ? null : Math.max(downSinceMs, unseenMs);
    darkSinceMs = isDark(world) ? (darkSinceMs ?? nowMs) : null;
    const dark = darkSinceMs !== null && nowMs - darkSinceMs < blindKnownMs;
    loss = nextLoss(was, lostSinceMs, court.workingSinceMs, nowMs, dark, isKnown);
    awaySinceMs = holder === null && !world.cloud.isSilent ? (awaySinceMs ?? nowMs) : null;
    // What could not be seen of it before may have been alerted all the same.
    const toldSince = downSinceMs !== null && toldMs >= downSinceMs ? toldMs : null;
    if (was === null && loss !== null) loss = { ...loss, alertedMs: foretoldMs() ?? toldSince };
    if (holder !== null && isKnownToLive(world, holder)) livedMs = nowMs;
    const isAsked = holder !== null && holder.barred === null && isHeard(world, holder);
    const isSeen = isAsked || (awaySinceMs !== null && nowMs - awaySinceMs >= lossMs);
    if (isSeen) heardMs = nowMs;
    seenSinceMs = isSeen ? (seenSinceMs ?? nowMs) : null;
    if (loss !== null && loss.alertedMs === null && !isSeen && blindToldMs > heardMs)
      loss = { ...loss, alertedMs: blindToldMs, isBlind: true };
    const isClear = seenSinceMs !== null && nowMs - seenSinceMs >= lossMs;
    if (loss?.isBlind && isClear && loss.endedMs === null)
      loss = { ...loss, alertedMs: null, isBlind: false, due: false, awaitedMs: seenSinceMs ?? nowMs };
    if (was !== null && loss === null) lastEndedMs = was.endedMs ?? nowMs;
    snsSinceMs = world.services.alerts === 'up' ? (snsSinceMs ?? nowMs) : null;
  };
  const check = (judged: Loss, ableSinceMs: number) => {
    const { sinceMs, endedMs, alertedMs, awaitedMs } = judged;
    const { nowMs } = world;
    if (alertedMs === null && isKnown(judged)) return;
    if (alertedMs === null && nowMs - Math.max(awaitedMs, ableSinceMs) > alertWithinMs) {
      const until = endedMs === null ? 'and still cannot' : `until ${Math.round(nowMs - endedMs)} ms ago`;
      court.accuse(
        'W4 loss-alerted',
        `clients could not commit from ${Math.round(nowMs - sinceMs)} ms ago on, ${until}, and nobody was alerted`,
      );
    }
    if (alertedMs === null || endedMs !== null) return;
    const everyMs = nowMs - sinceMs < hourMs ? againMs : hourMs;
    if (nowMs - Math.max(alertedMs, ableSinceMs) <= everyMs + slackMs) return;
    court.accuse(
      'W4 loss-alerted',
      `clients have not been able to commit for ${Math.round(nowMs - sinceMs)} ms, and the last alert was ${Math.round(nowMs - alertedMs)} ms ago`,
    );
  };
  return {
    changed,
    published({ code }) {
      if (ofALoss.has(code)) lossToldMs = world.nowMs;
      if (ofALostHolder.has(code)) lostToldMs = world.nowMs;
      if (ofFlapping.has(code) && world.nowMs - (flappedMs.at(-1) ?? Number.NEGATIVE_INFINITY) >= oneLossMs)
        flappedMs = [...flappedMs, world.nowMs].filter((atMs) => world.nowMs - atMs < knownForMs);
      if (ofBlindness.has(code) || (code === 'service-lost' && world.nowMs - heardMs >= lossMs))
        blindToldMs = world.nowMs;
      if (!besideTheLoss.has(code)) toldMs = world.nowMs;
      if (loss !== null && !besideTheLoss.has(code))
        loss = { ...loss, alertedMs: world.nowMs, isBlind: false };
    },
    ticked() {
      changed();
      const { workingSinceMs } = court;
      if (loss === null || !loss.due || workingSinceMs === null || snsSinceMs === null) return;
      check(loss, Math.max(snsSinceMs, workingSinceMs));
    },
  };
}

/** No probe function works. */
function isDark({ services, views }: SimWorld): boolean {
  if (services.pool === 'dry') return true;
  for (const { blind } of views.values()) if (blind === 'no') return false;
  return true;
}

/** A vantage can ask it; or its standby, which can be asked, hears from it. */
function isKnownToLive(world: SimWorld, holder: Master): boolean {
  const standby = world.peer(holder.name);
  const isFed = holder.answers && world.pairLinked && standby.channel.io === 'yes';
  return isHeard(world, holder) || (isFed && isHeard(world, standby));
}

/** EC2 gives answers so old that they show the VIP on a node where it is no more. */
function isHiddenByEc2({ cloud, nowMs }: SimWorld): boolean {
  const { staleMs } = cloud.mood;
  const shown = staleMs < lossMs ? null : nodeIn(cloud.placeAt(nowMs - staleMs));
  return shown !== null && shown !== cloud.holder;
}

/** The loss as it is now. One that is to be alerted, and was not, stays until it is. */
function nextLoss(
  loss: Loss | null,
  downSinceMs: number | null,
  workingSinceMs: number | null,
  nowMs: number,
  dark: boolean,
  isKnown: (loss: Loss) => boolean,
): Loss | null {
  if (downSinceMs === null) {
    if (loss === null) return null;
    const ended = { ...loss, endedMs: loss.endedMs ?? nowMs };
    const isOver =
      nowMs - ended.endedMs >= betweenMs && (!loss.due || loss.alertedMs !== null || isKnown(ended));
    return isOver ? null : ended;
  }
  const begun = loss ?? {
    sinceMs: downSinceMs,
    awaitedMs: downSinceMs,
    due: false,
    endedMs: null,
    alertedMs: null,
    isBlind: false,
    isDark: dark,
    seenForMs: 0,
    countedMs: downSinceMs,
  };
  const seenSince = (sinceMs: number) =>
    workingSinceMs === null ? 0 : Math.max(0, nowMs - Math.max(sinceMs, workingSinceMs));
  const isDark = begun.isDark && dark;
  const awaitedMs = isDark ? nowMs : begun.awaitedMs;
  const due = begun.due || (!dark && seenSince(Math.max(downSinceMs, awaitedMs)) >= lossMs);
  const seenForMs = begun.seenForMs + seenSince(begun.countedMs);
  return { ...begun, endedMs: null, awaitedMs, isDark, due, seenForMs, countedMs: nowMs };
}
