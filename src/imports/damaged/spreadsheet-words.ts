// Words that occur in the cells of spreadsheets, in several languages: error values, abbreviated months, words for totals, and booleans.

/** The error values of formulas, such as `#N/A`, in lower case. */
export const ERRORS: ReadonlySet<string> = new Set(
  (
    "#n/a #ref! #value! #div/0! #name? #null! #num! #spill! #calc! #field! #blocked! #unknown! #connect! #busy! #python! #external! " +
    "#getting_data #error! #err! err:501 err:502 err:503 err:504 err:507 err:508 err:509 err:510 err:511 err:512 err:513 err:514 " +
    "err:516 err:518 err:519 err:520 err:521 err:522 err:523 err:524 err:525 err:527 err:529 err:531 err:532 err:539 err:540 " +
    "#nv #bezug! #wert! #zahl! #überlauf! #n/d #n/d! #nd #valeur! #nom? #nombre! #nul! #valor! #¡valor! #¡ref! #¿nombre? #¡num! " +
    "#¡div/0! #¡nulo! #nulo! #nome? #rif! #valore! #nullo! #n/b #verw! #waarde! #getal! #naam? #leeg! #deel/0! #núm! #adr! #arg! " +
    "#liczba! #nazwa? #zero! #dziel/0! #дел/0! #знач! #имя? #пусто! #ссылка! #число! #н/д #saknas! #referens! #värdefel! #namn? " +
    "#division/0! #ogiltigt! #skärning! #i/t #reference! #værdi! #navn? #verdi! #puuttuu! #viittaus! #arvo! #nimi? #jako/0! #tyhjä! " +
    "#luku! #není_k_dispozici #odkaz! #hodnota! #název? #dělení_nulou! #číslo! #nedostupný #názov? #delenienulou! #hiányzik #hiv! " +
    "#érték! #név? #zéróosztó! #nulla! #szám! #yok #başv! #değer! #ad? #sayı/0! #boş! #sayı! #δ/υ #αναφ! #τιμη! #ονομα? #διαιρ./0! " +
    "#κενο! #αριθ!"
  ).split(" "),
);

/** The abbreviations of months in several languages. */
export const MONTHS =
  "jan feb fév mar mär mrz mars apr avr abr may mai maj mei maggio mag jun juin jul juil lug aug août ago sep sept set oct okt ott out nov dec dez déc dic";

/** Words for a total, in lower case and without blanks. */
export const TOTALS: ReadonlySet<string> = new Set(
  (
    "total totals subtotal sub-total grandtotal sum summe gesamt gesamtsumme zwischensumme insgesamt somme totaux totale totali " +
    "totaal subtotaal suma razem ogółem celkem součet spolu összesen yhteensä summa totalt ialt sumtotal toplam итого всего разом " +
    "σύνολο total: 合計 小計 总计 合计 小计 합계"
  ).split(" "),
);

/** The words that spreadsheets show for the booleans, in lower case. */
export const TRUE_WORDS: ReadonlySet<string> = new Set(
  "true wahr vrai verdadero verdadeiro vero waar prawda pravda igaz adevărat doğru tosi sant sand sann истина істина αληθες".split(
    " ",
  ),
);
export const FALSE_WORDS: ReadonlySet<string> = new Set(
  "false falsch faux falso onwaar fałsz nepravda hamis fals yanlış yanliş epätosi falskt falsk usann ложь хибність ψευδες".split(
    " ",
  ),
);
