import type { FileEntry } from '../../reader/reader.ts';

const EXECUTE = 0o111;
/** Smaller files hold no program that links a package. */
const SMALLEST = 4096;
/** Programs and libraries whose mode is not kept: on Windows, in folders that were copied, as plug-ins. */
const EXTENSION = /\.(?:exe|dll|dylib|node|so(?:\.[\d.]+)?)$/;

/** ELF, PE, Mach-O for 32 and 64 bits in both byte orders, and Mach-O for several processors at once. */
const MAGICS = new Set([0x7f454c46, 0xfeedface, 0xfeedfacf, 0xcefaedfe, 0xcffaedfe, 0xcafebabe]);
const PE_MAGIC = 0x4d5a;

/** Whether a file may be a program, from what is known without opening it. */
export function wantsExecutable({ path, size, mode }: FileEntry): boolean {
  return size >= SMALLEST && ((mode & EXECUTE) !== 0 || EXTENSION.test(path));
}

/** Whether a file that begins with these bytes, at least four, is a program. */
export function isExecutable(head: Buffer): boolean {
  return MAGICS.has(head.readUInt32BE(0)) || head.readUInt16BE(0) === PE_MAGIC;
}
