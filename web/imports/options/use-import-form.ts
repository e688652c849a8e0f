// The options for the next file, the same wherever it is dropped. They last as long as the tab.
import { reactive } from "vue";
import { emptyForm } from "./import-form.ts";

const form = reactive(emptyForm());

export const useImportForm = () => form;
