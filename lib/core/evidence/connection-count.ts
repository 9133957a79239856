/**
 * How many connections one vantage needs on a node at the same time: three that are kept (looks, details, heartbeat), one
 * to see whether a login is let in or why a commit hangs, and two of a command.
 */
export const CONNECTIONS_PER_VANTAGE = 6;
