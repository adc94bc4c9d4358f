import { spawn, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'

const NATIVE = `
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
volatile uint64_t sum;
__attribute__((noinline)) void mix(uint64_t n) { for (uint64_t i = 0; i < n; i++) sum += i * i; sum++; }
__attribute__((noinline)) void copy(char *a, char *b, int n) { for (int i = 0; i < n; i++) memcpy(a, b, 4096); sum++; }
__attribute__((noinline)) int descend(int depth, uint64_t n) { if (depth == 0) { mix(n); return 1; } int r = descend(depth - 1, n); sum += r; return r + 1; }
int main(int argc, char **argv) {
  time_t end = time(0) + atoi(argv[1]);
  char *a = malloc(4096), *b = calloc(1, 4096);
  for (int i = 0; time(0) < end; i++) { descend(i % 40, 20000); copy(a, b, 500); }
}
`
const SCRIPT = `
const end = Date.now() + Number(process.argv[2]) * 1000
const fib = (n) => (n < 2 ? n : fib(n - 1) + fib(n - 2))
const words = Array.from({ length: 2000 }, (_, i) => 'word' + ((i * 7919) % 2000))
let sum = 0
while (Date.now() < end) {
  sum += fib(16)
  sum += JSON.stringify(JSON.parse(JSON.stringify(words))).length
  sum += [...words].sort((a, b) => (a < b ? -1 : 1)).length
  sum += words.map((w) => w.replace(/o(r)/, '$1').length).reduce((a, b) => a + b)
}
`

/**
 * Records a perf.data with C, JavaScript (named by --perf-basic-prof), many short processes and system calls in it.
 * @returns its path in `folder`
 */
export async function recordMixedWorkload(folder: string, seconds: number): Promise<string> {
  const file = (name: string) => path.join(folder, name)
  writeFileSync(file('native.c'), NATIVE)
  writeFileSync(file('work.js'), SCRIPT)
  const compiled = spawnSync('cc', ['-O1', '-fno-omit-frame-pointer', '-o', file('native'), file('native.c')], { encoding: 'utf8' })
  if (compiled.status !== 0) throw new Error(`cc: ${compiled.stderr}`)
  const end = String(seconds + 2)
  const children = [
    spawn(file('native'), [end]),
    // V8 leaves a log in the current folder.
    spawn(process.execPath, ['--perf-basic-prof', file('work.js'), end], { cwd: folder }),
    spawn(process.execPath, ['--perf-basic-prof', '--interpreted-frames-native-stack', file('work.js'), end], { cwd: folder }),
    spawn('dd', ['if=/dev/zero', 'of=/dev/null', 'bs=512'], { stdio: 'ignore' }),
    spawn('timeout', [end, 'bash', '-c', 'while :; do /bin/ls / >/dev/null; (:); done']),
  ]
  const ended = children.map((child) => new Promise((resolve) => child.once('exit', resolve)))
  await new Promise((resolve) => setTimeout(resolve, 500))
  const data = file('perf.data')
  const recorded = spawnSync(
    'perf',
    ['record', '-e', 'cpu-clock:I', '-F', '4999', '-g', '-a', '-o', data, '--', 'sleep', String(seconds)],
    { encoding: 'utf8' },
  )
  children[3]?.kill()
  await Promise.all(ended)
  if (recorded.status !== 0) throw new Error(`perf record: ${recorded.stderr}`)
  return data
}
