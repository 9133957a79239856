/** Counts what this process says to servers and hears of them, by statement: over TCP without TLS, as the lab's servers speak. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

/** What one kind of statement took. Bytes without TCP and IP. */
export interface Said {
  times: number;
  asked: number;
  answered: number;
}

export interface WireTap {
  /** By statement, since the last call. `PREPARE`, `QUIT` and logins are named so. */
  take(): Map<string, Said>;
  close(): void;
}

/** Taps every connection that is made from now on. */
export function tapWire(): WireTap {
  let said = new Map<string, Said>();
  const settles = new Set<() => void>();
  const follow = (message: unknown) => {
    const { socket } = message as { socket: Socket };
    settles.add(tapSocket(socket, (kind) => entryOf(said, kind)));
  };
  subscribe('net.client.socket', follow);
  return {
    take() {
      for (const settle of settles) settle();
      const taken = said;
      said = new Map();
      return taken;
    },
    close: () => void unsubscribe('net.client.socket', follow),
  };
}

function entryOf(said: Map<string, Said>, kind: string): Said {
  const entry = said.get(kind) ?? { times: 0, asked: 0, answered: 0 };
  said.set(kind, entry);
  return entry;
}

const [QUIT, QUERY, PREPARE, EXECUTE] = [0x01, 0x03, 0x16, 0x17];

/** One statement is under way at a time: what comes in until the next one is its answer. */
function tapSocket(socket: Socket, entry: (kind: string) => Said): () => void {
  const prepared: string[] = [];
  let kind = 'greeting';
  let read = 0;
  const settle = () => {
    entry(kind).answered += socket.bytesRead - read;
    read = socket.bytesRead;
  };
  const kindOf = (packet: Buffer): string => {
    // Only the first packet of a command has the number 0.
    if (packet[3] !== 0 || packet.length < 5) return 'login';
    if (packet[4] === QUIT) return 'QUIT';
    const text = packet
      .subarray(packet[5] === 0 ? 7 : 5)
      .toString('latin1')
      .replace(/\s+/g, ' ')
      .replace(/'2\d\d\d-[^']*'/, '?');
    if (packet[4] === QUERY) return text;
    if (packet[4] === EXECUTE) return `EXECUTE ${prepared[packet.readUInt32LE(5) - 1]}`;
    if (packet[4] !== PREPARE) return 'else';
    prepared.push(text);
    return 'PREPARE';
  };
  // While it connects, Node sets `write` anew.
  socket.once('connect', () => {
    const write = socket.write.bind(socket);
    socket.write = ((chunk: Buffer, ...rest: []) => {
      settle();
      const before = kind;
      kind = kindOf(chunk);
      if (kind !== before || kind !== 'login') entry(kind).times += 1;
      entry(kind).asked += chunk.length;
      return write(chunk, ...rest);
    }) as typeof socket.write;
  });
  return settle;
}
