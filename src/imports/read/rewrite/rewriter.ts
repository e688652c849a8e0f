// A rewriter changes UTF-8 text while it is prepared: chunks in, chunks out. It keeps all line ends, so that line numbers stay the same.

export interface Rewriter {
  /** Returns the rewritten text of this chunk, after the bytes that were held back from earlier chunks. The bytes are valid until the
   * next call.
   * @param isEnd whether the text ends with this chunk. If not, bytes that depend on the next chunk are held back */
  rewrite: (chunk: Buffer, isEnd: boolean) => Buffer;
}

export async function* rewriteChunks(chunks: AsyncIterable<Buffer>, { rewrite }: Rewriter): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) yield rewrite(chunk, false);
  yield rewrite(Buffer.alloc(0), true);
}
