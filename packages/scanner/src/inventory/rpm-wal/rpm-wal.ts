import { streamReader } from '../reading/define-reader.ts';

const WAL = /^(?:var\/lib\/rpm|usr\/lib\/sysimage\/rpm|usr\/share\/rpm)\/rpmdb\.sqlite-wal$/;
const HEADER = 32;
const FRAME_HEADER = 24;

/**
 * SQLite's write-ahead log beside an RPM database. rpm merges and removes it when it ends; one that is left has changes
 * that the database itself does not show, which must not look like "nothing there".
 */
export const rpmWalReader = streamReader({
  id: 'rpm-wal',
  version: 1,
  wants: ({ path, size }) => WAL.test(path) && size > HEADER + FRAME_HEADER,
  open() {
    let head = Buffer.alloc(0);
    return {
      write(chunk) {
        head = Buffer.concat([head, chunk.subarray(0, HEADER + FRAME_HEADER - head.length)]);
        return head.length < HEADER + FRAME_HEADER;
      },
      end(_complete, found) {
        if (head.length < HEADER + FRAME_HEADER) return;
        // A log that was reset has new salts in its header, and frames that do not count any more.
        const isMagic = (head.readUInt32BE(0) & 0xfffffffe) === 0x377f0682;
        const isCurrent = head.subarray(16, 24).equals(head.subarray(HEADER + 8, HEADER + 16));
        if (isMagic && isCurrent)
          found.gap('unsupported', 'changes in the write-ahead log of the RPM database are not read');
      },
    };
  },
});
