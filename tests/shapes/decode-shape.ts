// Decodes code pages that the reader does not know.
import type { Mapping } from "../../contract/imports/mapping.ts";

const CP850 =
  "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u00ad±‗¾¶§÷¸°¨·¹³²■\u00a0";

export function decodeShape(bytes: Buffer, mapping: Mapping): { bytes: Buffer; mapping: Mapping } {
  const encoding = mapping.file?.encoding;
  if (encoding === undefined) return { bytes, mapping };
  const text =
    encoding === "cp850"
      ? Array.from(bytes, (byte) => (byte < 0x80 ? String.fromCharCode(byte) : (CP850[byte - 0x80] ?? ""))).join("")
      : new TextDecoder(encoding === "cp932" ? "shift_jis" : encoding.replace("cp", "windows-")).decode(bytes);
  const { encoding: _, ...file } = mapping.file ?? {};
  return { bytes: Buffer.from(text), mapping: { ...mapping, file } };
}
