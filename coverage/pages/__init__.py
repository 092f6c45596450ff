"""The pages of the app; together with app.py the only code that knows Streamlit."""
