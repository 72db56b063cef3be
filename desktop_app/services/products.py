"""Products: what is sold, how its keys are compared, and how many of them there are."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import Boolean, ColumnElement, SQLColumnExpression, exists, func, literal_column, or_, update
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from desktop_app.domain.card_keys import KeyRule
from desktop_app.domain.errors import BadInputError, NotFoundError, RefusedError
from desktop_app.domain.states import IssueOrder, KeyState, ProductKind
from desktop_app.services.context import Context
from desktop_app.services.form_fields import FieldName, amount_field, line_field, number_field, text_field
from desktop_app.services.listing import Listing, Sort
from desktop_app.storage.tables import BatchRow, CardKeyRow, DeliveryRow, OrderRow, ProductRow

_CODE = FieldName("The product code", "商品编码")
_NAME = FieldName("The product name", "商品名称")
_FACE = FieldName("The face value", "面值")
_PRICE = FieldName("The price", "售价")
_THRESHOLD = FieldName("The low-stock threshold", "库存预警值")
_USE_LIMIT = FieldName("The use limit", "使用次数上限")
_NOTE = FieldName("The note", "备注")

_LARGEST_THRESHOLD = 10_000_000
_LARGEST_USE_LIMIT = 1_000_000
# written out: SQLite takes the partial index of the stock only for exactly this text
_IN_STOCK: ColumnElement[bool] = literal_column("card_keys.state = 'in_stock'", Boolean)


@dataclass(frozen=True, slots=True)
class ProductLine:
    """A product with its stock. ``in_stock`` counts what can be sold today; ``expired`` keys are not among them.

    The keys of a ``reusable`` product stay in stock when they are delivered, ``use_limit`` times (None: without end);
    ``uses_left`` is how often they can still be, None where nothing limits it.
    """

    id: int
    code: str
    name: str
    kind: ProductKind
    face_fen: int | None
    price_fen: int
    low_stock_threshold: int
    fold_case: bool
    fold_hyphens: bool
    issue_order: IssueOrder
    reusable: bool
    use_limit: int | None
    note: str
    active: bool
    in_stock: int
    reserved: int
    delivered: int
    redeemed: int
    quarantined: int
    void: int
    expired: int
    uses_left: int | None
    is_low: bool


@dataclass(frozen=True, slots=True)
class ProductName:
    """A product to be chosen; nothing of it is counted, so it is there at once however many keys it has."""

    id: int
    code: str
    name: str
    kind: ProductKind
    price_fen: int
    active: bool

    @property
    def holds_keys(self) -> bool:
        """A phone top-up is carried out, not handed over."""
        return self.kind is not ProductKind.PHONE_TOPUP


@dataclass(frozen=True, slots=True)
class ProductDraft:
    """A product as a form fills it in. ``face_fen`` None: it has no face value."""

    code: str
    name: str
    kind: ProductKind
    face_fen: int | None = None
    price_fen: int = 0
    low_stock_threshold: int = 0
    fold_case: bool = False
    fold_hyphens: bool = False
    note: str = ""
    active: bool = True
    issue_order: IssueOrder = IssueOrder.OLDEST
    reusable: bool = False
    use_limit: int | None = None


class Products:
    """The products of one shop."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def listing(self, sort: Sort | None = None, *, text: str = "", only_active: bool = False) -> Listing[ProductLine]:
        """Products whose code or name holds ``text``.

        Sort keys: every field of :class:`ProductLine` but ``id``, ``is_low``, ``uses_left`` and the rules for its
        keys. Without ``sort`` the newest come first.
        """
        today = self._today()
        statement = sql_select(col(ProductRow.id))
        if only_active:
            statement = statement.where(col(ProductRow.active))
        if text.strip():
            wanted = func.lower(text.strip())
            statement = statement.where(
                or_(
                    func.instr(func.lower(ProductRow.code), wanted) > 0,
                    func.instr(func.lower(ProductRow.name), wanted) > 0,
                )
            )

        def read(session: Session, ids: Sequence[int]) -> list[ProductLine]:
            return _lines(session, ids, today)

        return Listing(self._context, statement, read, _sort_columns(today), col(ProductRow.id), sort)

    def all(self) -> list[ProductLine]:
        """Every product by name, with its stock."""
        with self._context.read() as session:
            ids = session.exec(select(ProductRow.id).order_by(col(ProductRow.name), col(ProductRow.id))).all()
            return _lines(session, ids, self._today())

    def names(self) -> list[ProductName]:
        """The same without their stock."""
        columns = (ProductRow.id, ProductRow.code, ProductRow.name, ProductRow.kind, ProductRow.price_fen)
        statement = sql_select(*map(col, columns), col(ProductRow.active))
        with self._context.read() as session:
            rows = session.execute(statement.order_by(col(ProductRow.name), col(ProductRow.id)))
            return [ProductName(*row) for row in rows]

    def get(self, product_id: int) -> ProductLine:
        """One product; :class:`NotFoundError`."""
        with self._context.read() as session:
            product_row(session, product_id)
            return _lines(session, [product_id], self._today())[0]

    def by_code(self, code: str) -> ProductLine:
        """The product with this code, upper and lower case alike; :class:`NotFoundError`."""
        with self._context.read() as session:
            found = _id_of_code(session, code.strip())
            if found is None:
                raise NotFoundError(
                    "There is no product with the code “{code}”.", "没有编码为“{code}”的商品。", code=code[:60]
                )
            return _lines(session, [found], self._today())[0]

    def add(self, draft: ProductDraft) -> int:
        """A new product. Returns its id."""
        context = self._context
        values = _checked(draft)
        with context.write() as session:
            _require_free_code(session, values["code"])
            row = ProductRow(uid=os.urandom(16), created_at=context.clock(), **values)
            session.add(row)
            session.flush()
            product_id = row.id
            context.record(session, "product.added", "products", product_id, facts=values)
        context.announce("products")
        return product_id

    def change(self, product_id: int, draft: ProductDraft) -> None:
        """Change a product.

        :class:`RefusedError` when the comparison of its keys would change while it has keys (two keys could become
        one) or whether they are reusable, or its kind while it has keys or orders (orders are judged by it). Keys that
        a lower use limit finds used up leave the stock; a higher one does not bring them back.
        """
        context = self._context
        values = _checked(draft)
        with context.write() as session:
            row = product_row(session, product_id)
            changes = {
                name: (getattr(row, name), value) for name, value in values.items() if getattr(row, name) != value
            }
            if not changes:
                return
            if "code" in changes:
                _require_free_code(session, values["code"], besides=product_id)
            _require_changeable(session, row, changes)
            for name, (_, value) in changes.items():
                setattr(row, name, value)
            session.add(row)
            session.flush()
            if "use_limit" in changes:
                retire_used_up(context, session, row)
            context.record(
                session,
                "product.changed",
                "products",
                product_id,
                facts={name: {"from": before, "to": after} for name, (before, after) in changes.items()},
            )
        context.announce("products", *(["keys"] if "use_limit" in changes else []))

    def _today(self) -> str:
        return shop_day(self._context)


def shop_day(context: Context) -> str:
    """Today in the shop's time zone, ISO: a batch that expires today can still be sold."""
    return context.clock().astimezone(context.zone).date().isoformat()


def product_lines(context: Context, session: Session, ids: Sequence[int]) -> list[ProductLine]:
    """These products in this order, their stock counted."""
    return _lines(session, ids, shop_day(context)) if ids else []


def product_row(session: Session, product_id: int) -> ProductRow:
    """The stored product; :class:`NotFoundError`."""
    row = session.get(ProductRow, product_id)
    if row is None:
        raise NotFoundError("There is no product {id}.", "没有编号为 {id} 的商品。", id=product_id)
    return row


def key_rule(row: ProductRow) -> KeyRule:
    """How the keys of a product are compared."""
    return KeyRule(fold_case=row.fold_case, fold_hyphens=row.fold_hyphens)


def require_holds_keys(row: ProductRow) -> None:
    """:class:`RefusedError` for a phone top-up: it is carried out, not handed over."""
    if row.kind is ProductKind.PHONE_TOPUP:
        raise RefusedError(
            "“{name}” is a phone top-up and holds no card keys; choose another product.",
            "“{name}”是话费充值商品，不存放卡密，请选择其他商品。",
            name=row.name,
        )


def _checked(draft: ProductDraft) -> dict[str, Any]:
    code = line_field(_CODE, draft.code, longest=40, required=True)
    if any(character.isspace() for character in code):
        raise BadInputError("The product code must not contain spaces.", "商品编码不能含有空格。")
    values = {item.name: getattr(draft, item.name) for item in fields(ProductDraft)}
    return values | {
        "issue_order": IssueOrder(draft.issue_order),
        "use_limit": _use_limit(draft),
        "code": code,
        "name": line_field(_NAME, draft.name, longest=120, required=True),
        "kind": ProductKind(draft.kind),
        "face_fen": None if draft.face_fen is None else amount_field(_FACE, draft.face_fen, least=1),
        "price_fen": amount_field(_PRICE, draft.price_fen),
        "low_stock_threshold": number_field(_THRESHOLD, draft.low_stock_threshold, most=_LARGEST_THRESHOLD),
        "note": text_field(_NOTE, draft.note),
    }


def _use_limit(draft: ProductDraft) -> int | None:
    if draft.use_limit is None:
        return None
    if not draft.reusable:
        raise BadInputError(
            "A use limit is for reusable keys: mark the keys as reusable, or leave it out.",
            "只有可重复使用的卡密才有使用次数上限：请勾选可重复使用，或不填上限。",
        )
    return number_field(_USE_LIMIT, draft.use_limit, least=1, most=_LARGEST_USE_LIMIT)


def _id_of_code(session: Session, code: str) -> int | None:
    return session.exec(select(ProductRow.id).where(func.lower(ProductRow.code) == func.lower(code))).first()


def _require_free_code(session: Session, code: str, besides: int | None = None) -> None:
    taken = _id_of_code(session, code)
    if taken is not None and taken != besides:
        raise BadInputError(
            "There is a product with the code “{code}” already; choose another code.",
            "已有编码为“{code}”的商品，请换一个编码。",
            code=code,
        )


def _require_changeable(session: Session, row: ProductRow, changed: Collection[str]) -> None:
    rule_changed = "fold_case" in changed or "fold_hyphens" in changed
    if not rule_changed and "kind" not in changed and "reusable" not in changed:
        return
    has_keys = bool(session.exec(select(exists().where(col(CardKeyRow.product_id) == row.id))).one())
    if rule_changed and has_keys:
        raise RefusedError(
            "“{name}” has card keys, so how they are compared cannot change; make a new product.",
            "“{name}”已有卡密，不能再改变比较方式，请新建商品。",
            name=row.name,
        )
    if "reusable" in changed and has_keys:
        raise RefusedError(
            "“{name}” has card keys, so whether they are reusable cannot change; make a new product.",
            "“{name}”已有卡密，不能再改变是否可重复使用，请新建商品。",
            name=row.name,
        )
    if "kind" in changed and (
        has_keys or session.exec(select(exists().where(col(OrderRow.product_id) == row.id))).one()
    ):
        raise RefusedError(
            "“{name}” has card keys or orders, so its kind cannot change; make a new product.",
            "“{name}”已有卡密或订单，不能再改变商品类型，请新建商品。",
            name=row.name,
        )


def _lines(session: Session, ids: Sequence[int], today: str) -> list[ProductLine]:
    rows = {row.id: row for row in session.exec(select(ProductRow).where(col(ProductRow.id).in_(ids))).all()}
    counts = _counts(session, ids)
    expired = _expired(session, ids, today)
    used = _uses(session, [row.id for row in rows.values() if row.use_limit is not None], today)
    return [_line(rows[key], counts[key], expired.get(key, 0), used.get(key, 0)) for key in ids]


def _counts(session: Session, ids: Sequence[int]) -> Mapping[int, Mapping[KeyState, int]]:
    counts: dict[int, dict[KeyState, int]] = defaultdict(dict)
    statement = (
        select(col(CardKeyRow.product_id), col(CardKeyRow.state), func.count())
        .where(col(CardKeyRow.product_id).in_(ids))
        .group_by(col(CardKeyRow.product_id), col(CardKeyRow.state))
    )
    for product_id, state, count in session.exec(statement).all():
        counts[product_id][state] = count
    return counts


def _expired(session: Session, ids: Sequence[int], today: str) -> dict[int, int]:
    batches = session.exec(select(BatchRow.id).where(col(BatchRow.expires_on) < today)).all()
    if not batches:
        return {}
    statement = (
        select(CardKeyRow.product_id, func.count())
        .where(
            _IN_STOCK,
            col(CardKeyRow.product_id).in_(ids),
            col(CardKeyRow.batch_id).in_(select(BatchRow.id).where(col(BatchRow.expires_on) < today)),
        )
        .group_by(col(CardKeyRow.product_id))
    )
    return dict(session.exec(statement).all())


def _uses(session: Session, ids: Sequence[int], today: str) -> dict[int, int]:
    """How often the keys that can be sold today were delivered already."""
    if not ids:
        return {}
    statement = (
        select(col(CardKeyRow.product_id), func.count())
        .join(DeliveryRow, col(DeliveryRow.card_key_id) == col(CardKeyRow.id))
        .join(BatchRow, col(BatchRow.id) == col(CardKeyRow.batch_id))
        .where(_IN_STOCK, col(CardKeyRow.product_id).in_(ids), func.coalesce(BatchRow.expires_on, today) >= today)
        .group_by(col(CardKeyRow.product_id))
    )
    return dict(session.exec(statement).all())


def retire_used_up(context: Context, session: Session, product: ProductRow) -> None:
    """Keys of a reusable product that were delivered as often as its limit allows leave the stock."""
    if product.use_limit is None:
        return
    uses = (
        sql_select(func.count())
        .where(col(DeliveryRow.card_key_id) == CardKeyRow.id)
        .correlate(CardKeyRow)
        .scalar_subquery()
    )
    session.execute(
        update(CardKeyRow)
        .where(_IN_STOCK, col(CardKeyRow.product_id) == product.id, uses >= product.use_limit)
        .values(state=KeyState.DELIVERED, state_at=context.clock())
        .execution_options(synchronize_session=False)
    )


def _line(row: ProductRow, counts: Mapping[KeyState, int], expired: int, used: int) -> ProductLine:
    in_stock = counts.get(KeyState.IN_STOCK, 0) - expired
    uses_left = None if row.use_limit is None else in_stock * row.use_limit - used
    threshold = row.low_stock_threshold
    if row.reusable and uses_left is None:
        is_low = in_stock == 0  # one key without a limit is enough for ever
    else:
        is_low = (in_stock if uses_left is None else uses_left) <= threshold
    return ProductLine(
        id=row.id,
        code=row.code,
        name=row.name,
        kind=row.kind,
        face_fen=row.face_fen,
        price_fen=row.price_fen,
        low_stock_threshold=threshold,
        fold_case=row.fold_case,
        fold_hyphens=row.fold_hyphens,
        issue_order=row.issue_order,
        reusable=row.reusable,
        use_limit=row.use_limit,
        note=row.note,
        active=row.active,
        in_stock=in_stock,
        reserved=counts.get(KeyState.RESERVED, 0),
        delivered=counts.get(KeyState.DELIVERED, 0),
        redeemed=counts.get(KeyState.REDEEMED, 0),
        quarantined=counts.get(KeyState.QUARANTINED, 0),
        void=counts.get(KeyState.VOID, 0),
        expired=expired,
        uses_left=uses_left,
        is_low=row.kind is not ProductKind.PHONE_TOPUP and threshold > 0 and is_low,
    )


def _sort_columns(today: str) -> Mapping[str, SQLColumnExpression[Any]]:
    columns: dict[str, SQLColumnExpression[Any]] = {
        name: getattr(ProductRow, name)
        for name in ("code", "name", "kind", "face_fen", "price_fen", "low_stock_threshold", "note", "active")
    }
    counted = {
        "reserved": KeyState.RESERVED,
        "delivered": KeyState.DELIVERED,
        "redeemed": KeyState.REDEEMED,
        "quarantined": KeyState.QUARANTINED,
        "void": KeyState.VOID,
    }
    for name, state in counted.items():
        columns[name] = _key_count(col(CardKeyRow.state) == state)
    expired = col(CardKeyRow.batch_id).in_(sql_select(col(BatchRow.id)).where(col(BatchRow.expires_on) < today))
    columns["in_stock"] = _key_count(_IN_STOCK, ~expired)
    columns["expired"] = _key_count(_IN_STOCK, expired)
    return columns


def _key_count(*conditions: ColumnElement[bool]) -> SQLColumnExpression[Any]:
    return (
        sql_select(func.count())
        .select_from(CardKeyRow)
        .where(col(CardKeyRow.product_id) == ProductRow.id, *conditions)
        .correlate(ProductRow)
        .scalar_subquery()
    )
