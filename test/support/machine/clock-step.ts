import { closeSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';

/**
 * Steps the wall clock of one running program by some seconds, and of nothing else on this machine;
 * the next step counts from the true time. The monotonic clock goes on as it does when NTP or a
 * person sets a clock.
 *
 * A program asks the time in the vDSO, code that the kernel maps into it. Its clock_gettime is
 * replaced, in this process's copy, by one that makes the system call and adds the seconds. Neither
 * libfaketime (statically linked programs don't load it) nor time namespaces (no wall clock) can.
 */
export function stepClock(pid: number, seconds: number): void {
  if (process.arch !== 'x64') throw new Error('stepClock knows x86-64 only');
  const memory = openSync(`/proc/${pid}/mem`, 'r+');
  try {
    const base = findVdso(pid);
    const image = Buffer.alloc(0x2000);
    readSync(memory, image, 0, image.length, Number(base));
    const code = clockGetTime(seconds);
    process.kill(pid, 'SIGSTOP');
    try {
      writeSync(memory, code, 0, code.length, Number(base) + findSymbol(image));
    } finally {
      process.kill(pid, 'SIGCONT');
    }
  } finally {
    closeSync(memory);
  }
}

function findVdso(pid: number): bigint {
  const line = readFileSync(`/proc/${pid}/maps`, 'utf8')
    .split('\n')
    .find((candidate) => candidate.endsWith('[vdso]'));
  if (line === undefined) throw new Error(`process ${pid} has no vDSO`);
  return BigInt(`0x${line.split('-')[0] ?? ''}`);
}

/** Offset of clock_gettime, from the dynamic symbols of the ELF image. */
function findSymbol(image: Buffer): number {
  const programHeaders = Number(image.readBigUInt64LE(32));
  const count = image.readUInt16LE(56);
  const dynamic = Array.from({ length: count }, (_, index) => programHeaders + index * 56).find(
    (at) => image.readUInt32LE(at) === 2,
  );
  if (dynamic === undefined) throw new Error('vDSO without a dynamic section');
  const tags = new Map<number, number>();
  for (let at = Number(image.readBigUInt64LE(dynamic + 8)); image.readBigUInt64LE(at); at += 16) {
    tags.set(Number(image.readBigUInt64LE(at)), Number(image.readBigUInt64LE(at + 8)));
  }
  const [names = 0, symbols = 0] = [tags.get(5), tags.get(6)];
  for (let at = symbols + 24; at + 24 <= image.length; at += 24) {
    const name = names + image.readUInt32LE(at);
    if (image.subarray(name, image.indexOf(0, name)).toString() === '__vdso_clock_gettime') {
      return Number(image.readBigUInt64LE(at + 8));
    }
  }
  throw new Error('vDSO without clock_gettime');
}

function clockGetTime(seconds: number): Buffer {
  const code = Buffer.from([
    ...[0xb8, 0xe4, 0x00, 0x00, 0x00], // mov eax, 228 (clock_gettime)
    ...[0x0f, 0x05], // syscall
    ...[0x85, 0xff], // test edi, edi
    ...[0x75, 0x07], // jnz over the addition: not the wall clock
    ...[0x48, 0x81, 0x06, 0x00, 0x00, 0x00, 0x00], // add qword [rsi], seconds
    ...[0x31, 0xc0], // xor eax, eax
    0xc3, // ret
  ]);
  code.writeInt32LE(seconds, 14);
  return code;
}
