/** The first byte of a text that is one frame, the last of its message. */
const WHOLE_TEXT = 0x81;

/** Lengths up to 125 stand in the second byte; these there say how many bytes after it have the length. */
const IN_TWO_BYTES = 126;
const IN_EIGHT_BYTES = 127;

/**
 * A text as a server sends it through a WebSocket: one frame, without a mask. Source: RFC 6455, 5.2. It is made once for all sockets of
 * a user, and written in one piece, where `ws` makes a head for each and writes twice.
 */
export function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const head = headOf(length);
  const frame = Buffer.allocUnsafe(head.length + length);
  head.copy(frame);
  frame.write(text, head.length);
  return frame;
}

function headOf(length: number): Buffer {
  if (length < IN_TWO_BYTES) return Buffer.from([WHOLE_TEXT, length]);
  if (length < 2 ** 16) {
    const head = Buffer.from([WHOLE_TEXT, IN_TWO_BYTES, 0, 0]);
    head.writeUInt16BE(length, 2);
    return head;
  }
  const head = Buffer.alloc(10);
  head.set([WHOLE_TEXT, IN_EIGHT_BYTES]);
  head.writeBigUInt64BE(BigInt(length), 2);
  return head;
}
