/** `npm run build`, which `npm pack` does first: everything of the package that is not written by hand. */
import { buildPackage } from '../tools/package/build.ts';

await buildPackage();
