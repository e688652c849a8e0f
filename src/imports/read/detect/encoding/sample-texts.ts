// Product names in the languages whose encodings are detected, for tests. None of them was used for letter-statistics.ts.
// cspell:disable
import type { Encoding } from "../../../../../contract/imports/import-names.ts";

interface Sample {
  encodings: readonly Encoding[];
  /** Eight lines of a file. */
  text: string;
}

const WEST = ["windows-1252", "cp850", "macintosh"] as const;
const CENTRAL = ["windows-1250", "iso-8859-2", "cp852"] as const;
const CYRILLIC = ["windows-1251", "koi8-r", "ibm866", "iso-8859-5"] as const;

export const SAMPLES: Readonly<Record<string, Sample>> = {
  german: {
    encodings: WEST,
    text: "Gießkanne 10 l verzinkt\nSchlüsselanhänger Filz grau\nTürstopper Edelstahl gebürstet\nBügelbrett höhenverstellbar\nKüchenwaage bis 5 kg\nSpülbürste aus Buchenholz\nHängematte für zwei Personen\nGemüseschäler mit weißem Griff",
  },
  french: {
    encodings: WEST,
    text: "Théière en grès émaillé\nPoêle à crêpes 28 cm\nÉtagère murale en chêne massif\nBoîte à goûter pour élèves\nRâpe à fromage inoxydable\nDrap-housse en coton brossé\nMoule à gâteau antiadhésif\nGuirlande de Noël à piles",
  },
  spanish: {
    encodings: WEST,
    text: "Cazuela de barro pequeña\nSillón reclinable de jardín\nCuchillo jamonero español\nPañuelo de algodón orgánico\nLámpara de pie clásica\nCojín bordado a mano\nMuñeca de trapo para niños\nCafetera eléctrica rápida",
  },
  portuguese: {
    encodings: WEST,
    text: "Chaleira elétrica com proteção\nPão de forma sem glúten\nAlmofada de algodão macio\nSabão líquido para as mãos\nCadeira giratória de escritório\nFogão a gás portátil\nCalça de moletom básica\nRelógio de parede clássico",
  },
  italian: {
    encodings: WEST,
    text: "Caffè macinato per moka\nMobiletto con più cassetti\nQualità superiore, città d'arte\nTè verde biologico\nLa libertà del viaggio\nPerché no: puzzle da 500 pezzi\nUnità di ricambio\nTovaglia da lunedì",
  },
  swedish: {
    encodings: WEST,
    text: "Skärbräda av björk\nTvättkorg med lock, grå\nHängare för ytterkläder\nSängöverkast i bomull\nGräsklippare med uppsamlare\nFågelholk för småfåglar\nVattenkokare i rostfritt stål\nNyckelring av läder",
  },
  danish: {
    encodings: WEST,
    text: "Køkkenvægt med stålplade\nHåndklæde i økologisk bomuld\nSengetøj med blå striber\nBrødrister til to skiver\nLæselampe med bøjelig arm\nFuglehus af fyrretræ\nOstehøvl og smørkniv\nGåstol til børn",
  },
  finnish: {
    encodings: WEST,
    text: "Leikkuulauta, käsintehty koivua\nKeittiövaaka digitaalinen näyttö\nPöytäliina pellavaa\nLämmin villapeitto\nHyllykkö eteiseen\nPyyhe kylpyhuoneeseen, sävy vihreä\nKäyttöohje ja säilytyslaatikko\nPöllökoriste pihalle",
  },
  icelandic: {
    encodings: ["windows-1252", "macintosh"],
    text: "Ullarteppi úr íslenskri ull\nKaffibolli með mynd af fjalli\nÞvottakarfa úr basti\nEldhúsvog með stálplötu\nHúfa og vettlingar á börn\nSkurðarbretti úr birki\nÚtivistarjakki fyrir veður\nKertastjaki úr járni",
  },
  polish: {
    encodings: CENTRAL,
    text: "Świecznik mosiężny z łańcuszkiem\nŁyżka drewniana do sałatek\nPościel bawełniana w kratkę\nŻelazko parowe z powłoką\nKrzesło składane ogrodowe\nZasłona zaciemniająca, odcień żółty\nWieszak na ręczniki\nCzajnik elektryczny dwuścienny",
  },
  czech: {
    encodings: CENTRAL,
    text: "Dřevěná vařečka z buku\nPřikrývka z ovčí vlny\nŽehlicí prkno výškově nastavitelné\nKlíčenka kožená černá\nDětská židlička ke stolu\nSvíčka vonná, vůně měsíčku\nRučník froté světle šedý\nŠroubovák křížový",
  },
  slovak: {
    encodings: CENTRAL,
    text: "Kuchynský nôž s puzdrom\nĽanový obrus na stôl\nDrevená lyžica na miešanie\nVešiak na kľúče\nPosteľná bielizeň z bavlny\nHrnček s uškom, žltý\nDážďovka a kôš na bielizeň\nČajník so sitkom",
  },
  hungarian: {
    encodings: CENTRAL,
    text: "Kézzel festett bögre\nFűszertartó üvegből, fedővel\nGyapjú takaró, zöld szegéllyel\nÖntözőkanna tíz literes\nKerti szék összecsukható\nFürdőlepedő fehér színben\nKulcstartó bőrből\nSütőforma tűzálló agyagból",
  },
  romanian: {
    encodings: CENTRAL,
    text: "Ceaşcă de cafea cu farfurioară\nFaţă de masă brodată\nPătură din lână moale\nScaun pliant pentru grădină\nRaft de perete din stejar, înălţime reglabilă\nCuţit de bucătărie\nÎncărcător fără fir\nPernă decorativă în carouri",
  },
  croatian: {
    encodings: CENTRAL,
    text: "Šalica za čaj s tanjurićem\nDrvena žlica za miješanje\nStolnjak od pamuka, žuti\nVješalica za kućanske krpe\nOgrtač za kupanje dječji\nKišobran sklopivi\nSvijećnjak od mjedi\nĐačka torba plava",
  },
  turkish: {
    encodings: ["windows-1254"],
    text: "Ahşap kesme tahtası\nÇaydanlık çelik gövdeli\nPamuklu yatak örtüsü\nŞemsiye katlanır, koyu yeşil\nDuvar rafı ceviz ağacı\nIşıklı masa saati\nKahve fincanı gümüş kenarlı\nÜtü masası yüksekliği ayarlanır",
  },
  lithuanian: {
    encodings: ["windows-1257", "iso-8859-13"],
    text: "Medinė pjaustymo lentelė\nŠilta vilnonė antklodė\nKavos puodelis su ąsele\nŽvakidė iš žalvario\nVirtuvinės svarstyklės\nRankšluostis vonios kambariui, šviesiai žalias\nSulankstoma kėdė sodui\nĮkrovimo laidas",
  },
  latvian: {
    encodings: ["windows-1257", "iso-8859-13"],
    text: "Koka griešanas dēlis\nVilnas sega ar bārkstīm\nKafijas krūze, zaļa\nSvečturis no misiņa\nVirtuves svari līdz pieciem kilogramiem\nDvielis vannas istabai\nSaliekams dārza krēsls\nĢērbtuves āķis pie sienas",
  },
  estonian: {
    encodings: ["windows-1252", "windows-1257"],
    text: "Puidust lõikelaud\nVillane tekk äärega\nKöögikaal kuni viis kilo\nKüünlajalg messingist\nRätik vannituppa, õrn roheline\nKokkupandav aiatool, lühike\nVõtmehoidja nahast\nSöögilaud tammepuidust",
  },
  russian: {
    encodings: [...CYRILLIC, "x-mac-cyrillic"],
    text: "Разделочная доска из бука\nПлед шерстяной с бахромой\nЧайник электрический, белый\nПодсвечник латунный\nВесы кухонные до пяти килограммов\nПолотенце банное, цвет зелёный\nСтул складной садовый\nЁлочная игрушка",
  },
  ukrainian: {
    encodings: ["windows-1251", "koi8-u"],
    text: "Дерев'яна дошка для їжі\nПлед вовняний з китицями\nЧайник електричний, білий\nСвічник латунний\nКухонні ваги до п'яти кілограмів\nРушник банний, зелений\nСтілець складаний садовий\nЄмність для зберігання",
  },
  bulgarian: {
    encodings: ["windows-1251"],
    text: "Дъска за рязане от бук\nВълнено одеяло с ресни\nЕлектрическа кана, бяла\nМесингов свещник\nКухненска везна до пет килограма\nКърпа за баня, зелена\nСгъваем градински стол\nЩипки за пране",
  },
  greek: {
    encodings: ["windows-1253", "iso-8859-7"],
    text: "Ξύλινη σανίδα κοπής\nΜάλλινη κουβέρτα με κρόσσια\nΒραστήρας νερού, λευκός\nΚηροπήγιο ορειχάλκινο\nΖυγαριά κουζίνας έως πέντε κιλά\nΠετσέτα μπάνιου, πράσινη\nΠτυσσόμενη καρέκλα κήπου\nΆσπρο τραπεζομάντιλο",
  },
  hebrew: {
    encodings: ["windows-1255", "iso-8859-8"],
    text: "קרש חיתוך מעץ\nשמיכת צמר עם גדילים\nקומקום חשמלי לבן\nפמוט פליז\nמשקל מטבח עד חמישה קילו\nמגבת רחצה ירוקה\nכיסא גן מתקפל\nמפת שולחן כותנה",
  },
  arabic: {
    encodings: ["windows-1256", "iso-8859-6"],
    text: "لوح تقطيع من الخشب\nبطانية صوف مع أهداب\nغلاية ماء كهربائية بيضاء\nشمعدان نحاسي\nميزان مطبخ حتى خمسة كيلو\nمنشفة حمام خضراء\nكرسي حديقة قابل للطي\nمفرش طاولة قطني",
  },
  thai: {
    encodings: ["windows-874"],
    text: "เขียงไม้สำหรับหั่น\nผ้าห่มขนสัตว์\nกาต้มน้ำไฟฟ้าสีขาว\nเชิงเทียนทองเหลือง\nเครื่องชั่งในครัว\nผ้าเช็ดตัวสีเขียว\nเก้าอี้พับในสวน\nผ้าปูโต๊ะผ้าฝ้าย",
  },
  japanese: {
    encodings: ["shift_jis", "euc-jp", "iso-2022-jp"],
    text: "木製まな板 大\nウールの毛布 房付き\n電気ケトル 白\n真鍮の燭台\nキッチンスケール 五キロまで\nバスタオル 緑\n折りたたみ椅子\n綿のテーブルクロス",
  },
  "simplified Chinese": {
    encodings: ["gb18030"],
    text: "木质切菜板 大号\n羊毛毯 带流苏\n电热水壶 白色\n黄铜烛台\n厨房电子秤 最大五公斤\n浴巾 绿色\n花园折叠椅\n棉质桌布",
  },
  "traditional Chinese": {
    encodings: ["big5"],
    text: "木製砧板 大號\n羊毛毯 附流蘇\n電熱水壺 白色\n黃銅燭台\n廚房電子秤 最重五公斤\n浴巾 綠色\n花園摺疊椅\n棉質桌布",
  },
  korean: {
    encodings: ["euc-kr"],
    text: "원목 도마 대형\n양모 담요 술 장식\n전기 주전자 흰색\n황동 촛대\n주방 저울 오 킬로그램\n목욕 수건 초록색\n접이식 정원 의자\n면 식탁보",
  },
};
