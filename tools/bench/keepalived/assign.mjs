/** aws ec2 assign-private-ip-addresses --network-interface-id ENI --private-ip-addresses VIP --allow-reassignment */
import { request } from 'node:http';

const [socketPath, eniId, vip] = process.argv.slice(2);
const body = new URLSearchParams({
  Action: 'AssignPrivateIpAddresses',
  Version: '2016-11-15',
  NetworkInterfaceId: eniId,
  'PrivateIpAddress.1': vip,
  AllowReassignment: 'true',
}).toString();
const scope = 'Credential=lab/20250101/us-east-1/ec2/aws4_request';
const call = request(
  {
    socketPath,
    method: 'POST',
    path: '/',
    headers: {
      host: 'ec2',
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': Buffer.byteLength(body),
      authorization: `AWS4-HMAC-SHA256 ${scope}, SignedHeaders=host, Signature=0`,
    },
  },
  (answer) => {
    answer.resume();
    process.exitCode = answer.statusCode === 200 ? 0 : 1;
  },
);
call.on('error', () => {
  process.exitCode = 1;
});
call.end(body);
