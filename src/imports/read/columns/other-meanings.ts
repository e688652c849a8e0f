// Names of columns that contain something else than the SKU or the name of a product, such as prices, quantities and pictures. If no column
// has a known name, these columns are not offered for the SKU.
import { plainName } from "./plain-name.ts";

/** Parts of such names, in the form that `plainName` returns. */
const PARTS: readonly string[] = [
  "price preis prix precio preco prezz prijs prise cena cenik cennik fiyat tarif mrp pvp amount betrag currency",
  "цена ціна стоимост 価格 単価 价格 가격 단가 السعر سعر מחיר",
  "qty quantit cantidad menge anzahl stock bestand vorrat voorraad aantal ilosc mnozstvi existencia availab disponib dostepn",
  "остат кількіст количеств наличи 在庫 数量 库存 수량 재고",
  "weight gewicht poids waga image imagen bild foto photo picture zdjeci obraz картин фото изображ 画像 图片 url link",
  "date datum fecha дата 날짜 categor kategor категор gruppe familie brand marke marca marque бренд производит",
  "note notiz hinweis bemerk comment sortier colour color farbe mwst",
].flatMap((line) => line.split(" "));
const OTHER_MEANING = new RegExp(PARTS.join("|"), "u");

export const hasOtherMeaning = (name: string): boolean => OTHER_MEANING.test(plainName(name));

/** Removes the words for a colour: colours distinguish the variants of a product, although they are not offered as the SKU. */
export const withoutColour = (name: string): string => name.replace(/colour|color|farbe/gi, "");
