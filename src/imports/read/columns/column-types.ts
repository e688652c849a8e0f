// The words by which a line below the header is recognized as a line of types, not of values.

/** Words of a line below the header that states what the columns contain: types, units and whether a value is required. */
export const TYPES: ReadonlySet<string> = new Set(
  (
    "string text varchar char int integer bigint number numeric decimal float double boolean bool date datetime timestamp url enum list " +
    "alphanumeric alphanum alpha required optional mandatory conditional recommended unique key yes/no true/false " +
    "pflicht pflichtfeld optionalesfeld zahl ganzzahl dezimal dezimalzahl zeichenkette datum ja/nein eindeutig kann muss " +
    "texte nombre entier obligatoire facultatif requis optionnel texto numero entero obligatorio opcional testo obbligatorio " +
    "kg g mg t lb lbs oz mm cm m km in inch inches ft ml cl l m² m³ qm stk stück pcs pc piece pieces st ea eur usd gbp chf € $ £ % w v a hz"
  ).split(" "),
);
