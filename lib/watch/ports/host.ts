import type { Pair } from '../../core/config/config.ts';
import type { HostDocument } from '../../core/hosts/host-document.ts';
import type { NodeName } from '../../core/names.ts';

/** Hosts, through SSM Run Command. */
export interface HostPort {
  /**
   * Runs our document on the node's host and waits for its end. Gives back the last lines it printed. `parameters`: those that
   * do not come from the pair; the document's own patterns check them, and no secret is ever among them.
   */
  run(
    pair: Pair,
    node: NodeName,
    document: HostDocument,
    limitMs: number,
    parameters?: Readonly<Record<string, string>>,
  ): Promise<string>;
  /**
   * Runs the document of the team's own that the pair's configuration has under this name, without any parameter, and waits
   * for its end.
   */
  runNamed(pair: Pair, node: NodeName, command: string, limitMs: number): Promise<string>;
}
