/**
 * Preloaded (`node --import`) into a function of the lab: its connections to loopback addresses leave from
 * LAB_SOURCE_ADDRESS, so that the network knows in which subnet the function runs.
 */
import { Socket } from 'node:net';

const localAddress = process.env.LAB_SOURCE_ADDRESS;
const connect = Socket.prototype.connect;

/** The options object of a call of `connect`, whichever form the caller chose. */
function optionsOf([first, second]) {
  // net.connect hands over arguments it has put in order: an array of options and callback.
  if (Array.isArray(first)) return first[0];
  if (first !== null && typeof first === 'object') return first;
  return { port: first, host: typeof second === 'string' ? second : undefined };
}

function isLoopback(host) {
  return typeof host === 'string' && host.startsWith('127.');
}

if (localAddress) {
  Socket.prototype.connect = function connectFromHere(...args) {
    const options = optionsOf(args);
    if (!isLoopback(options.host) || options.localAddress) return connect.apply(this, args);
    if (Array.isArray(args[0])) {
      options.localAddress = localAddress;
      return connect.apply(this, args);
    }
    const callback = args.find((argument) => typeof argument === 'function');
    return connect.call(this, { ...options, localAddress }, ...(callback ? [callback] : []));
  };
}
