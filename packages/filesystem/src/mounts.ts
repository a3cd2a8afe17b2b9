import { readFileSync } from 'node:fs';

/** File systems that the kernel makes up. They hold no software, and reading some of their files waits or acts. */
const KERNEL = new Set(
  (
    'autofs binfmt_misc bpf cgroup cgroup2 configfs debugfs devpts devtmpfs efivarfs fusectl hugetlbfs mqueue nsfs ' +
    'proc pstore rpc_pipefs securityfs selinuxfs sysfs tracefs'
  ).split(' '),
);

/** File systems on other machines: what is there belongs to them, and may be endless or gone. */
const NETWORK = new Set(
  'afs beegfs ceph cifs coda gfs2 glusterfs gpfs lustre ncpfs nfs nfs4 ocfs2 orangefs smb3 smbfs virtiofs 9p'.split(
    ' ',
  ),
);

/** The root of a container, or of an image that is being made. */
const CONTAINER = new Set(['aufs', 'overlay', 'fuse-overlayfs', 'fuse.fuse-overlayfs']);

export interface Mount {
  readonly path: string;
  readonly type: string;
}

export type Foreign = 'kernel' | 'network' | 'container';

/** What a mounted file system is, where it is none of the machine's own. FUSE is somebody's program: it may wait for ever. */
export function foreignKind(type: string): Foreign | undefined {
  if (KERNEL.has(type)) return 'kernel';
  if (CONTAINER.has(type)) return 'container';
  if (NETWORK.has(type) || type === 'fuse' || (type.startsWith('fuse.') && type !== 'fuse.lxcfs')) return 'network';
  return undefined;
}

/** Everything that is mounted, as this process sees it; nothing where the system does not say. */
export function readMounts(file = '/proc/self/mountinfo'): readonly Mount[] {
  try {
    return parseMounts(readFileSync(file, 'utf8'));
  } catch {
    return [];
  }
}

/** Reads proc_pid_mountinfo(5). */
export function parseMounts(text: string): Mount[] {
  return text.split('\n').flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ');
    const path = before.split(' ')[4];
    const type = after.split(' ')[0];
    if (path === undefined || type === undefined || type === '') return [];
    return [
      { path: path.replace(/\\([0-7]{3})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 8))), type },
    ];
  });
}
