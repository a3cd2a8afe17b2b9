/** `native` copies files and runs everywhere; `overlayfs` is quick where images are large. */
export type Snapshotter = 'native' | 'overlayfs';

/** containerd's own settings: everything under one folder, so that it meets no other containerd of the machine. */
export function containerdConfig(
  folder: string,
  socket: string,
  sandboxImage: string,
  snapshotter: Snapshotter,
): string {
  return `version = 2
root = "${folder}/root"
state = "${folder}/state"
disabled_plugins = ["io.containerd.internal.v1.opt"]
[grpc]
  address = "${socket}"
[plugins."io.containerd.grpc.v1.cri"]
  stream_server_address = "127.0.0.1"
  restrict_oom_score_adj = true
  sandbox_image = "${sandboxImage}"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "${snapshotter}"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${folder}/net.d"
`;
}

/** A bridge inside the node's namespace, with addresses that only exist there. */
export function networkConfig(folder: string): string {
  const ipam = {
    type: 'host-local',
    ranges: [[{ subnet: '10.243.7.0/24' }]],
    routes: [{ dst: '0.0.0.0/0' }],
    dataDir: `${folder}/ipam`,
  };
  const bridge = { type: 'bridge', bridge: 'cni0', isGateway: true, ipMasq: false, ipam };
  return JSON.stringify({ cniVersion: '0.4.0', name: 'bulkhead-test', plugins: [bridge, { type: 'loopback' }] });
}
