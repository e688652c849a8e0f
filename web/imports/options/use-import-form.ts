// Options of the next import, shared by all pages and kept until the tab is closed.
import { reactive } from "vue";
import { emptyForm } from "./import-form.ts";

const form = reactive(emptyForm());

export const useImportForm = () => form;
