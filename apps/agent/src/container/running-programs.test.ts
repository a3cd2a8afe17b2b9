import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { RunningPrograms } from './running-programs.ts';

it('finds itself among the programs of this machine', () => {
  const found = new RunningPrograms().with(process.pid).find(({ pid }) => pid === process.pid);

  expect(found).toMatchObject({ executable: process.execPath, user: process.geteuid?.() });
});

it('gives the programs of one mount namespace, with who started them', () => {
  const proc = mkdtempSync(join(tmpdir(), 'bulkhead-proc-'));
  onTestFinished(() => rmSync(proc, { recursive: true }));
  const add = (pid: number, namespace: string, exe: string, status: string): void => {
    mkdirSync(join(proc, `${pid}/ns`), { recursive: true });
    symlinkSync(`mnt:[${namespace}]`, join(proc, `${pid}/ns/mnt`));
    symlinkSync(exe, join(proc, `${pid}/exe`));
    writeFileSync(join(proc, `${pid}/status`), status);
  };
  add(1, '1', '/sbin/init', 'PPid:\t0\nUid:\t0\t0\t0\t0\n');
  add(10, '2', '/bin/sh', 'PPid:\t1\nUid:\t5\t6\t7\t8\n');
  add(11, '2', '/tmp/x (deleted)', 'PPid:\t10\nUid:\t5\t5\t5\t5\n');
  add(12, '2', '/bin/gone', 'nothing\n');
  const programs = new RunningPrograms(proc);

  expect(programs.with(10)).toEqual([
    { pid: 10, executable: '/bin/sh', user: 6, parent: '/sbin/init' },
    { pid: 11, executable: '/tmp/x', user: 5, parent: '/bin/sh' },
  ]);
  expect(programs.with(99)).toEqual([]);
  expect(programs.processesWith(10)).toEqual([10, 11, 12]);
  expect(programs.processesWith(99)).toEqual([]);
  add(13, '2', '/tmp/x', 'PPid:\t10\nUid:\t5\t5\t5\t5\n');
  add(14, '2', '/tmp/x', 'PPid:\t10\nUid:\t7\t7\t7\t7\n');
  expect(new RunningPrograms(proc).onceWith(10)).toEqual([10, 13, 14]);
  add(1_000, '3', '/bin/sh', 'PPid:\t1\nUid:\t5\t5\t5\t5\n');
  for (let pid = 1_001; pid < 2_024; pid += 1) symlinkSync(join(proc, '1000'), join(proc, `${pid}`));
  expect(new RunningPrograms(proc).onceWith(1_000)).toEqual([2_023]);
  add(3_000, '3', '/bin/late', 'PPid:\t1\nUid:\t5\t5\t5\t5\n');
  expect(new RunningPrograms(proc).onceWith(1_000)).toEqual([2_023]);
  expect(new RunningPrograms(proc).processesWith(1_000)).toHaveLength(1_024);
});
