// Makes zip files.
import { ZipFile } from "yazl";

/** @param files the content of each file by its name. A name that ends with a slash is a folder */
export async function zipOf(files: Record<string, Buffer | string> | [string, Buffer | string][]): Promise<Buffer> {
  const zip = new ZipFile();
  const entries: [string, Buffer | string][] = Array.isArray(files) ? files : Object.entries(files);
  for (const [name, content] of entries) {
    if (name.endsWith("/")) zip.addEmptyDirectory(name);
    else zip.addBuffer(Buffer.from(content), name);
  }
  zip.end();
  const chunks: Buffer[] = [];
  for await (const chunk of zip.outputStream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
