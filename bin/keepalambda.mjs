#!/usr/bin/env node
process.argv.splice(2, 0, 'keepalambda');
await import('./start.mjs');
