/** Answers every question for an address with the one that it is given. */
export const DNS_SERVER = `
const [address] = process.argv.slice(1);
const socket = require('node:dgram').createSocket('udp4', (question, { port, address: asker }) => {
  const end = question.indexOf(0, 12) + 5;
  const head = Buffer.from(question.subarray(0, 12));
  head.writeUInt16BE(0x8180, 2);
  const isA = question.readUInt16BE(end - 4) === 1;
  head.writeUInt16BE(isA ? 1 : 0, 6);
  head.writeUInt32BE(0, 8);
  const data = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, ...address.split('.').map(Number)]);
  socket.send(Buffer.concat([head, question.subarray(12, end), ...(isA ? [data] : [])]), port, asker);
});
socket.bind(53, () => process.stdout.write('{"event":"listening"}\\n'));
`;

/** Looks a name up, and says whether it can connect to what it got. */
export const NAME_CLIENT = `
const [resolver, name, port] = process.argv.slice(1);
const { Resolver } = require('node:dns').promises;
const dns = new Resolver({ timeout: 2000, tries: 2 });
dns.setServers([resolver]);
dns.resolve4(name).then(([address]) => {
  const socket = require('node:net').connect(Number(port), address);
  const say = (outcome) => { process.stdout.write(outcome); socket.destroy(); };
  socket.setTimeout(4000, () => say('silence')).on('connect', () => say('connected')).on('error', (error) => say(error.code));
}, (error) => process.stdout.write('no answer: ' + error.code));
`;
