/** The probe function: the only one that speaks MySQL. In the VPC; holds no AWS permission, and no AWS SDK. */
import { Probe } from '../lib/probe/probe.ts';
import { type ProbeResponse, probeRequestSchema } from '../lib/probe/protocol.ts';
import { warmUpProbe } from '../lib/probe/warm-up.ts';

await warmUpProbe();
/** Kept connections live as long as the execution environment. */
const probe = new Probe();

/** Throws for an event that is no request: its credentials are never repeated in the message. */
export async function handler(event: unknown): Promise<ProbeResponse> {
  const request = probeRequestSchema.safeParse(event);
  if (!request.success) {
    const where = request.error.issues.map((issue) => `${issue.path.join('.')} (${issue.code})`).join(', ');
    throw new Error(`no request of the probe protocol: ${where}`);
  }
  return probe.answer(request.data);
}
