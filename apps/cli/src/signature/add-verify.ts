import type { Command } from 'commander';
import { examples, type Outcome } from '../command.ts';
import type { Io } from '../io.ts';
import type { VerifyOptions } from './verify-image.ts';

/** Adds `verify` to the command `image`. */
export function addVerify(image: Command, io: Io, outcome: Outcome): void {
  image
    .command('verify')
    .description('say whether an image has a signature of a key, as cosign makes them; exits with 0 only when it has')
    .argument('<reference>', 'such as registry.example/shop:1 or registry.example/shop@sha256:…')
    .requiredOption('--key <file>', 'the public key, in PEM')
    .option('--ca <file>', 'certificates of authorities to trust besides the usual ones, in PEM')
    .option('--plain-http', 'talk to the registry without encryption')
    .addHelpText(
      'after',
      examples(['bulkhead image verify registry.example/shop:1 --key cosign.pub', 'before it is rolled out']),
    )
    // What stands before it belongs to the command around it, which has options of the same names.
    .action(async (reference: string, _: unknown, command: Command) => {
      const { verifyImage } = await import('./verify-image.ts');
      outcome.exitCode = await verifyImage(reference, command.optsWithGlobals<VerifyOptions>(), io);
    });
}
