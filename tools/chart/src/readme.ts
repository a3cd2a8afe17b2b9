import type { ChartSection } from './values.ts';

const HEAD = `# Bulkhead's chart

    helm install bulkhead deploy/helm/bulkhead --namespace bulkhead --create-namespace

installs the control plane (\`api\`), an agent on every node, and the admission webhook. Each is installed alone by switching the others off:

| what                     | values                                                        |
| ------------------------ | ------------------------------------------------------------- |
| admission control        | \`api.enabled=false\`, \`agent.enabled=false\`                    |
| traffic inspection       | \`api.enabled=false\`, \`webhook.enabled=false\`, \`agent.policy\`  |
| scanning of registries   | \`worker.enabled=true\` with PostgreSQL and \`worker.advisories\` |

The store is a file on a volume of the api. A PostgreSQL of your own takes its place with \`api.store.postgres\`, and its password comes from a Secret
(\`existingSecret\`). For evaluation \`postgres.embedded=true\` installs one, as \`redis.embedded\` does Redis: one pod, reached over TLS by api and worker
alone, with a password and a certificate of its own that upgrades keep. It is not backed up, and a new major version of its image needs a
new volume.

With PostgreSQL the api has as many replicas as \`api.replicas\` says: agents and people may come to any of them, and go on with another when one is
gone. They keep their authority in a Secret, which begins with the one that the first replica to start has on its volume; new installations need no
volume for them (\`api.store.persistent=false\`). An api that had PostgreSQL before there was that Secret is upgraded with one replica, and
gets more after that: another would begin with an authority that its agents do not know.

Policies are the cluster's custom resources (\`kubectl get bulkhead\`), whose definitions come with the chart.
\`helm uninstall\` leaves the definitions with their policies, the volumes of the stores, the Secrets with the webhook's certificate and the
agents' enrolment token, the webhook's token for the api, with PostgreSQL the Secret with the api's authority, and two Leases: what is
installed again goes on where it was.

Rules in the network namespaces of pods stay while an agent is started anew or upgraded, and go with the release: an agent that ends asks the
API server whether its DaemonSet is still there. On a node that the agent leaves for another reason, such as another \`agent.nodeSelector\`, or
where it was not running when the release went, \`bulkhead agent --clean-up\` removes them.

The agent runs privileged, in the node's network and with its processes in sight; everything else runs as nobody in particular, with nothing
but its own volumes to write to. Images are built by \`deploy/images\`.

## Values

This part is generated from the comments of values.yaml.
`;

/** The chart's README. */
export function readmeOf(sections: readonly ChartSection[]): string {
  const tables = sections.map(({ name, description, values }) => {
    const rows = values.map(({ path, initial, description: what }) => `| \`${path}\` | ${cell(initial)} | ${what} |`);
    const about = description === '' ? '' : `${description}\n\n`;
    return `### ${name}\n\n${about}| key | without it | what it is |\n| --- | --- | --- |\n${rows.join('\n')}\n`;
  });
  return `${HEAD}\n${tables.join('\n')}`;
}

function cell(value: unknown): string {
  if (value === '') return '';
  return `\`${JSON.stringify(value)}\``;
}
