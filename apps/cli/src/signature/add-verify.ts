import { type Command, Option } from 'commander';
import { examples, type Outcome } from '../command.ts';
import type { Io } from '../io.ts';
import type { VerifyOptions } from './verify-image.ts';

const IDENTITY = ['issuer', 'subject', 'subjectPattern'];

/** Adds `verify` to the command `image`. */
export function addVerify(image: Command, io: Io, outcome: Outcome): void {
  image
    .command('verify')
    .description(
      'say whether an image has a signature of a key or an identity, as cosign makes them; exits with 0 only when it has',
    )
    .argument('<reference>', 'such as registry.example/shop:1 or registry.example/shop@sha256:…')
    .addOption(new Option('--key <file>', 'the public key, in PEM').conflicts(['trustRoot', ...IDENTITY]))
    .option(
      '--trust-root <file>',
      'without a key: a trusted_root.json, or certificates of the authority and public keys of the log in PEM',
    )
    .option('--issuer <url>', 'the identity provider that vouched for who signed')
    .addOption(new Option('--subject <text>', 'who signed: an e-mail address or URI').conflicts(['subjectPattern']))
    .option('--subject-pattern <glob>', 'likewise; "*" and "?" stand for anything')
    .option('--ca <file>', 'certificates of authorities to trust besides the usual ones, in PEM')
    .option('--plain-http', 'talk to the registry without encryption')
    .addHelpText(
      'after',
      examples(
        ['bulkhead image verify registry.example/shop:1 --key cosign.pub', 'before it is rolled out'],
        [
          'bulkhead image verify registry.example/shop:1 --trust-root trusted_root.json --issuer https://accounts.example.com --subject builder@example.com',
          'signed without a key',
        ],
      ),
    )
    // What stands before it belongs to the command around it, which has options of the same names.
    .action(async (reference: string, _: unknown, command: Command) => {
      const { verifyImage } = await import('./verify-image.ts');
      outcome.exitCode = await verifyImage(reference, command.optsWithGlobals<VerifyOptions>(), io);
    });
}
