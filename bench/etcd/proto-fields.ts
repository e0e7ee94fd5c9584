/** A field of a protocol-buffers message: bytes (also texts and messages) or a whole number. */
export interface ProtoField {
  readonly field: number;
  readonly value: Buffer | bigint;
}

/** The wire form of a message. */
export function encodeFields(fields: readonly ProtoField[]): Buffer {
  return Buffer.concat(
    fields.flatMap(({ field, value }) =>
      typeof value === 'bigint'
        ? [varint(BigInt(field << 3)), varint(value)]
        : [varint(BigInt((field << 3) | 2)), varint(BigInt(value.length)), value],
    ),
  );
}

/** The fields of a message in their order. @throws Error for what is none */
export function decodeFields(message: Buffer): readonly ProtoField[] {
  const fields: ProtoField[] = [];
  let at = 0;
  const read = (): bigint => {
    let result = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = message[at++];
      if (byte === undefined) throw new Error('message ends in a number');
      result |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return result;
    }
  };
  while (at < message.length) {
    const tag = Number(read());
    const field = tag >> 3;
    if ((tag & 7) === 0) {
      fields.push({ field, value: read() });
    } else if ((tag & 7) === 2) {
      const length = Number(read());
      fields.push({ field, value: message.subarray(at, at + length) });
      at += length;
    } else {
      throw new Error(`field ${field} has wire type ${tag & 7}`);
    }
  }
  return fields;
}

function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest > 0n ? low | 0x80 : low);
  } while (rest > 0n);
  return Buffer.from(bytes);
}
