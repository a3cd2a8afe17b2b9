import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readText, rulesIn } from '../test-support/read-text.ts';
import { parseDockerfile } from './dockerfile.ts';
import { DOCKERFILE_RULES, dockerfileReader } from './dockerfile-reader.ts';

const GOOD = `# syntax=docker/dockerfile:1
ARG VERSION=22.4
FROM node:\${VERSION} AS build
WORKDIR /src
COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci
COPY . .
RUN npm run build \\
    # a comment between continuations

 && rm -rf node_modules

FROM debian:12.5-slim AS base
RUN apt-get update \\
 && apt-get install -y --no-install-recommends ca-certificates \\
 && rm -rf /var/lib/apt/lists/*
USER 10001

FROM base
ENV TOKEN_FILE=/run/secrets/token PASSWORD_FILE=/run/secrets/db
COPY --from=build --chown=10001 /src/dist /app
ADD https://example.org/data.tar.gz /data/
HEALTHCHECK CMD ["/app/health"]
ENTRYPOINT ["/app/server"]
`.replace('ADD https', 'ADD --checksum=sha256:24454f830cdb571e2c4ad15481119c43b3cafd48dd869a9b2945d1036d1dc68d https');

/** One small file for each rule, which breaks it. */
const BROKEN: Readonly<Record<string, string>> = {
  'dockerfile-root-user': 'FROM a:1\nUSER app\nUSER root:root',
  'dockerfile-latest-tag': 'ARG TAG=latest\nFROM debian:${TAG}',
  'dockerfile-add-local': 'FROM a:1\nADD src /src',
  'dockerfile-add-remote': 'FROM a:1\nADD https://example.org/a /a',
  'dockerfile-copy-secret': 'FROM a:1\nCOPY config/.env id_rsa /root/',
  'dockerfile-copy-from-self': 'FROM a:1 AS Build\nCOPY --from=build /a /b',
  'dockerfile-duplicate-stage': 'FROM a:1 AS x\nFROM a:1 AS X',
  'dockerfile-ssh-port': 'FROM a:1\nEXPOSE 80 22/tcp',
  'dockerfile-port-out-of-range': 'FROM a:1\nEXPOSE 70000',
  'dockerfile-no-healthcheck': 'FROM a:1',
  'dockerfile-repeated-instruction': 'FROM a:1\nCMD ["a"]\nCMD ["b"]',
  'dockerfile-shell-form': 'FROM a:1\nENTRYPOINT server --port 80',
  'dockerfile-relative-workdir': 'FROM a:1\nWORKDIR app',
  'dockerfile-maintainer': 'FROM a:1\nMAINTAINER somebody',
  'dockerfile-docker-socket': 'FROM a:1\nVOLUME ["/var/run/docker.sock"]',
  'dockerfile-secret-in-env': 'FROM a:1\nENV DB_PASSWORD=hunter2 OTHER=x',
  'dockerfile-apt-lists': 'FROM a:1\nRUN apt-get update && apt-get install -y --no-install-recommends curl',
  'dockerfile-apt-recommends': 'FROM a:1\nRUN apt-get install -y curl',
  'dockerfile-apt-no-yes': 'FROM a:1\nRUN DEBIAN_FRONTEND=noninteractive apt-get install curl',
  'dockerfile-update-alone': 'FROM a:1\nRUN apt-get update',
  'dockerfile-dist-upgrade': 'FROM a:1\nRUN apt-get -y dist-upgrade',
  'dockerfile-apk-cache': 'FROM a:1\nRUN apk add curl',
  'dockerfile-yum-cache': 'FROM a:1\nRUN dnf install -y curl',
  'dockerfile-pip-cache': 'FROM a:1\nRUN python3 -m pip install flask',
  'dockerfile-sudo': 'FROM a:1\nRUN true && sudo make install',
  'dockerfile-pipe-to-shell': 'FROM a:1\nRUN curl -fsSL https://example.org/install | sudo -E bash -',
  'dockerfile-unverified-download': 'FROM a:1\nRUN curl -fsSLk https://example.org/a -o /a',
  'dockerfile-world-writable': 'FROM a:1\nRUN chmod -R 777 /app',
  'dockerfile-setuid': 'FROM a:1\nRUN chmod u+s /usr/bin/thing',
  'dockerfile-privileged-build': 'FROM a:1\nRUN --security=insecure make',
  'dockerfile-cd': 'FROM a:1\nRUN cd /app',
};

describe('dockerfileReader', () => {
  it('finds nothing in a file that follows every rule', () => {
    expect(rulesIn(dockerfileReader, 'Dockerfile', GOOD)).toEqual([]);
  });

  it('has a broken example for each rule', () => {
    expect(Object.keys(BROKEN)).toEqual(DOCKERFILE_RULES.map(({ id }) => id));
  });

  it.each(Object.entries(BROKEN))('finds %s', (rule, text) => {
    expect(rulesIn(dockerfileReader, 'Dockerfile', text)).toContain(rule);
  });

  it('names the line of the instruction, across continuations and here-documents', () => {
    const text = 'FROM a:1\nRUN <<EOF\necho hello\nsudo true\nEOF\nRUN a \\\n  b\nEXPOSE 22\n';

    const found = readText(dockerfileReader, 'app/Dockerfile.prod', text).facts.flatMap((fact) =>
      fact.kind === 'misconfiguration' ? [`${fact.misconfiguration.rule}:${fact.misconfiguration.line ?? 0}`] : [],
    );

    expect(found).toContain('dockerfile-sudo:2');
    expect(found).toContain('dockerfile-ssh-port:8');
  });

  it.each(['Dockerfile', 'a/Dockerfile.dev', 'web.dockerfile', 'Containerfile', 'x/y.Containerfile'])(
    'reads %s',
    (path) => {
      expect(dockerfileReader.wants({ path, size: 1, mode: 0o644, kind: 'file' })).toBe(true);
    },
  );

  it.each(['Dockerfile.dockerignore', 'Dockerfiles/readme', 'mydockerfile.md'])('does not read %s', (path) => {
    expect(dockerfileReader.wants({ path, size: 1, mode: 0o644, kind: 'file' })).toBe(false);
  });

  it('takes no secret for one that only says where it is', () => {
    const text = 'FROM a:1\nENV TOKEN_URL=https://a PASSWORD_MIN_LENGTH=8 API_KEY= SECRET_NAME=a\nARG KEYRING=x';

    expect(rulesIn(dockerfileReader, 'Dockerfile', text)).not.toContain('dockerfile-secret-in-env');
  });

  it('takes any text in bounded time and never throws', () => {
    const piece = fc.constantFrom(
      'FROM a',
      'RUN ',
      'ENV A="',
      '\\\n',
      '\n',
      '<<EOF',
      'EOF',
      '["a"',
      ' --x=y ',
      '&& ',
      '| sh',
      '$A',
      '# escape=`',
      '\u0000',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const { gaps } = readText(dockerfileReader, 'Dockerfile', pieces.join(''));

        expect(gaps).toEqual([]);
      }),
    );
  });

  it.each(['apt install ', 'k', 'o', '-k ', 'A="', 'curl | ', '<<E ', '\\\n', 'a/', '$A'])(
    'reads a megabyte of %j',
    (piece) => {
      const text = `FROM a:1\nRUN curl ${piece.repeat((1024 * 1024) / piece.length)}`;

      expect(readText(dockerfileReader, 'Dockerfile', text).facts.length).toBeGreaterThan(0);
    },
  );
});

describe('parseDockerfile', () => {
  it('is undefined for what has no FROM', () => {
    expect(parseDockerfile('# nothing\nRUN true')).toBeUndefined();
  });

  it('says so when there are too many instructions', () => {
    expect(parseDockerfile(`FROM a\n${'USER a\n'.repeat(10_001)}`)?.limit).toMatch(/instructions/);
  });
});
